/* SPDX-License-Identifier: MIT */
/* Its command opens a savepoint and leaves it open. */
#define COMMAND status = run_sql(host, "SAVEPOINT mine", 0, err);
#include "faulty.h"
