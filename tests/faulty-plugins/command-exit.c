/* SPDX-License-Identifier: MIT */
/* Its command ends the program, as a success. */
#define COMMAND exit(0);
#include "faulty.h"
