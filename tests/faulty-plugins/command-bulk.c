/* SPDX-License-Identifier: MIT */
/* Its bulk command writes outside of any transaction. */
#define COMMAND_FLAGS ALM_WRITES | ALM_BULK
#define COMMAND status = write_row(host, 7, err);
#include "faulty.h"
