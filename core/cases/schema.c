/* SPDX-License-Identifier: MIT */
#include "cases/cases.h"

#include "cases-schema.h"

const struct alm_migration *const cases_migrations = schema;
const size_t cases_n_migrations = COUNT_OF(schema);
