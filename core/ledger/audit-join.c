/* SPDX-License-Identifier: MIT */
/* A table and what the lines say of it, joined in the order of the key: memory does not grow with either. */
#include "ledger/audit.h"

enum { MAX_TOLD = 100 };

void audit_fault(struct audit *audit, const char *format, ...)
{
    char text[512];
    va_list args;
    if (audit->faults++ >= MAX_TOLD)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    audit->fault(audit->context, text);
}

static enum alm_status next_kept(struct audit_join *j, struct alm_error *err)
{
    enum alm_status status = store_next(j->stmt, &j->row, err);
    for (int i = 0; status == ALM_OK && j->row && i < j->table->n_keys + j->table->n_values; i++)
        j->kept[i] = store_int(j->stmt, i);
    return status;
}

enum alm_status audit_join_begin(struct audit_join *j, struct audit *audit, const struct audit_table *table,
                                 struct alm_error *err)
{
    *j = (struct audit_join){.audit = audit, .table = table};
    enum alm_status status = store_query(audit->ledger->services.store, &j->stmt, err, table->kept, "");
    return status == ALM_OK ? next_kept(j, err) : status;
}

static int compare(const int64_t *a, const int64_t *b, int n)
{
    for (int i = 0; i < n; i++)
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    return 0;
}

static bool nothing(const struct audit_table *table, const int64_t *row)
{
    for (int i = 0; i < table->n_values; i++)
        if (row[table->n_keys + i])
            return false;
    return table->sums;
}

static void tell_kept(struct audit_join *j)
{
    char subject[256];
    if (nothing(j->table, j->kept))
        return;
    j->table->subject(j->audit, j->kept, subject, sizeof subject);
    audit_fault(j->audit, _("%s is kept, but no line gives cause for it"), subject);
}

static void tell_counted(struct audit_join *j, const int64_t *row)
{
    char subject[256];
    if (nothing(j->table, row))
        return;
    j->table->subject(j->audit, row, subject, sizeof subject);
    audit_fault(j->audit, _("%s follows from the lines, but is not kept"), subject);
}

static void tell_both(struct audit_join *j, const int64_t *row)
{
    char subject[256];
    for (int i = 0; i < j->table->n_values; i++) {
        const int64_t kept = j->kept[j->table->n_keys + i], counted = row[j->table->n_keys + i];
        if (kept == counted)
            continue;
        j->table->subject(j->audit, row, subject, sizeof subject);
        audit_fault(j->audit, _("%s: %lld %s kept, %lld counted"), subject, (long long)kept, _(j->table->names[i]),
                    (long long)counted);
        return;
    }
}

enum alm_status audit_join_push(struct audit_join *j, const int64_t *row, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    while (status == ALM_OK && j->row && compare(j->kept, row, j->table->n_keys) < 0) {
        tell_kept(j);
        status = next_kept(j, err);
    }
    if (status != ALM_OK)
        return status;
    if (!j->row || compare(j->kept, row, j->table->n_keys) != 0) {
        tell_counted(j, row);
        return ALM_OK;
    }
    tell_both(j, row);
    return next_kept(j, err);
}

enum alm_status audit_join_end(struct audit_join *j, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    while (status == ALM_OK && j->row) {
        tell_kept(j);
        status = next_kept(j, err);
    }
    return status;
}

enum alm_status audit_join_query(struct audit *audit, const struct audit_table *table, const char *counted,
                                 struct alm_error *err)
{
    struct audit_join j;
    struct store_stmt *stmt;
    bool row;
    enum alm_status status = audit_join_begin(&j, audit, table, err);
    if (status == ALM_OK)
        status = store_query(audit->ledger->services.store, &stmt, err, counted, "");
    while (status == ALM_OK && (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        int64_t values[AUDIT_KEYS + AUDIT_VALUES];
        for (int i = 0; i < table->n_keys + table->n_values; i++)
            values[i] = store_int(stmt, i);
        status = audit_join_push(&j, values, err);
    }
    return status == ALM_OK ? audit_join_end(&j, err) : status;
}
