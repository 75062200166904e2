/* SPDX-License-Identifier: MIT */
/* Its start() fails. */
#define START return alm_fail(err, ALM_UNAVAILABLE, "plug it in", "the scales do not answer");
#include "faulty.h"
