/* SPDX-License-Identifier: MIT */
#include "register/register.h"

#include "register-schema.h"

const struct alm_migration *const register_migrations = schema;
const size_t register_n_migrations = COUNT_OF(schema);
