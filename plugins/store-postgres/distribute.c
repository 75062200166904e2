/* SPDX-License-Identifier: MIT */
/*
 * Tables for Citus.  A table of owners' rows says in its DDL by which column it is parted (`-- distributed by owner`,
 * which stands in its primary key); every other one is small and becomes a reference table, the same on all nodes.
 * The core's SQL does without what such an engine cannot do: what is unique is unique within a distribution column, no
 * triggers, no sequences, no ROLLUP, no FOR UPDATE, and no key is ever updated.
 */
#include "postgres.h"
#include <stdlib.h>

/* A function of the engine that takes the table, and the column where there is one. */
static enum alm_status call(struct alm_connection *connection, const struct ddl_table *table, struct alm_error *err)
{
    struct bytes sql = {0};
    char name[128];
    snprintf(name, sizeof name, "%.*s", (int)table->name_len, table->name);
    bytes_text(&sql, table->column ? "SELECT create_distributed_table('" : "SELECT create_reference_table('");
    bytes_identifier(&sql, name);
    bytes_text(&sql, "'");
    if (table->column) {
        bytes_text(&sql, ", '");
        bytes_add(&sql, table->column, table->column_len);
        bytes_text(&sql, "'");
    }
    bytes_text(&sql, ")");
    bytes_add(&sql, "", 1);
    enum alm_status status = sql.failed ? out_of_memory(err) : connection_run(connection, sql.at, err);
    free(sql.at);
    return status;
}

enum alm_status distribute_tables(struct alm_connection *connection, const char *sql, struct alm_error *err)
{
    struct ddl_table table;
    int64_t there = 0;
    if (connection->settings->distribute != DISTRIBUTE_CITUS)
        return ALM_OK;
    enum alm_status status = connection_number(connection,
                                               "SELECT COUNT(DISTINCT proname) FROM pg_proc WHERE proname IN "
                                               "('create_distributed_table', 'create_reference_table')",
                                               &there, err);
    if (status == ALM_OK && there < 2)
        status = alm_fail(err, ALM_UNAVAILABLE, "run CREATE EXTENSION citus in it, or set distribute = no",
                          "distribute = citus, and this database has no such extension");
    while (status == ALM_OK && translate_next_table(&sql, &table))
        status = call(connection, &table, err);
    return status;
}
