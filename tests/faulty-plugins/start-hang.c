/* SPDX-License-Identifier: MIT */
/* Its start() hangs. */
#define START hang();
#include "faulty.h"
