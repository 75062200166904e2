/* SPDX-License-Identifier: MIT */
/* Its settle() crashes after it has written. */
#define SETTLE crash();
#include "faulty.h"
