/* SPDX-License-Identifier: MIT */
/* Its command fails half-way. */
#define COMMAND return alm_fail(err, ALM_BAD_DATA, "weigh them again", "the scales say nothing");
#include "faulty.h"
