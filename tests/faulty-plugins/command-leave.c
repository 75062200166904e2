/* SPDX-License-Identifier: MIT */
/* Its command ends the program without exit handlers, as a success. */
#define COMMAND _exit(0);
#include "faulty.h"
