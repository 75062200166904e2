/* SPDX-License-Identifier: MIT */
/* Its rule crashes. */
#define RULE crash();
#include "faulty.h"
