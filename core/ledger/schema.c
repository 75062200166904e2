/* SPDX-License-Identifier: MIT */
#include "ledger/ledger.h"

#include "ledger-schema.h"

const struct alm_migration *const ledger_migrations = schema;
const size_t ledger_n_migrations = COUNT_OF(schema);
