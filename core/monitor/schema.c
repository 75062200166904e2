/* SPDX-License-Identifier: MIT */
#include "monitor/monitor.h"

#include "monitor-schema.h"

const struct alm_migration *const monitor_migrations = schema;
const size_t monitor_n_migrations = COUNT_OF(schema);
