/* SPDX-License-Identifier: MIT */
/* key: every order and every making counts once. */
#include "stock/internal.h"

enum alm_status stock_key_find(struct stock *stock, struct alm_text key, const char *content, alm_id *id,
                               struct alm_error *err)
{
    struct store_stmt *stmt;
    bool row = false;
    *id = 0;
    enum alm_status status =
        store_query(stock->store, &stmt, err, "SELECT id, content FROM stock_key WHERE key = $1", "s", key);
    if (status == ALM_OK)
        status = store_next(stmt, &row, err);
    if (status != ALM_OK || !row)
        return status;
    *id = store_int(stmt, 0);
    const bool same = strcmp(store_string(stmt, 1), content) == 0;
    store_done(stmt);
    if (!same)
        return error_set(err, ALM_BAD_DATA, _("give this one another key"),
                         _("the key %.*s stands for another movement already"), (int)key.len, key.at);
    return ALM_OK;
}

enum alm_status stock_key_claim(struct stock *stock, struct alm_text key, const char *content, alm_id id,
                                struct alm_error *err)
{
    int64_t made = 0;
    enum alm_status status = store_run(stock->store, &made, err,
                                       "INSERT INTO stock_key (key, id, content) VALUES ($1, $2, $3) "
                                       "ON CONFLICT (key) DO NOTHING",
                                       "sit", key, id, content);
    if (status == ALM_OK && !made)
        status = error_set(err, ALM_AGAIN, _("run it again: it will say what became of the other one"),
                           _("the key %.*s was given by somebody else just now"), (int)key.len, key.at);
    return status;
}
