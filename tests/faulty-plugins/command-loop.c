/* SPDX-License-Identifier: MIT */
/* Its command does not end. */
#define COMMAND hang();
#include "faulty.h"
