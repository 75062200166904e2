/* SPDX-License-Identifier: MIT */
#include "match/match.h"

#include "match-schema.h"

const struct alm_migration *const match_migrations = schema;
const size_t match_n_migrations = COUNT_OF(schema);
