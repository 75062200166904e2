/* SPDX-License-Identifier: MIT */
/* Its start() crashes. */
#define START crash();
#include "faulty.h"
