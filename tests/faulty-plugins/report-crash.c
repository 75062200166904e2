/* SPDX-License-Identifier: MIT */
/* Its report crashes between two rows. */
#define REPORT crash();
#include "faulty.h"
