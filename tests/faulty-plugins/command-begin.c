/* SPDX-License-Identifier: MIT */
/* Its command begins a transaction of its own and leaves it open. */
#define COMMAND status = run_sql(host, "BEGIN", 0, err);
#include "faulty.h"
