/* SPDX-License-Identifier: MIT */
/* Its command says that it reads, and writes. */
#define COMMAND_FLAGS ALM_READS
#include "faulty.h"
