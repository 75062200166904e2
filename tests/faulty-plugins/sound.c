/* SPDX-License-Identifier: MIT */
/* Nothing is wrong with it: what the others are measured by. */
#include "faulty.h"
