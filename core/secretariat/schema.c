/* SPDX-License-Identifier: MIT */
#include "secretariat/secretariat.h"

#include "secretariat-schema.h"

const struct alm_migration *const secretariat_migrations = schema;
const size_t secretariat_n_migrations = COUNT_OF(schema);
