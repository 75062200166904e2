/* SPDX-License-Identifier: MIT */
/* Its settle() writes a table of another plug-in. */
#define SETTLE status = run_sql(host, "DELETE FROM sound_thing", 0, err);
#include "faulty.h"
