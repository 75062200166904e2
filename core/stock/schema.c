/* SPDX-License-Identifier: MIT */
#include "stock/stock.h"

#include "stock-schema.h"

const struct alm_migration *const stock_migrations = schema;
const size_t stock_n_migrations = COUNT_OF(schema);
