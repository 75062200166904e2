/* SPDX-License-Identifier: MIT */
/* Its command crashes after it has written. */
#define COMMAND crash();
#include "faulty.h"
