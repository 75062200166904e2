/* SPDX-License-Identifier: MIT */
/* Its rule does not end. */
#define RULE hang();
#include "faulty.h"
