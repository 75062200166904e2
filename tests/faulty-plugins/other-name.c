/* SPDX-License-Identifier: MIT */
/* It calls itself otherwise than its file is called. */
#define SELF "sound"
#include "faulty.h"
