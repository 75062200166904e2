/* SPDX-License-Identifier: MIT */
/* It has no entry function. */
#define ENTRY int unused_entry;
#include "faulty.h"
