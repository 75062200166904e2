/* SPDX-License-Identifier: MIT */
/* flags: pairs that stand, and why; they go with a person. */
#include "match/match.h"

#include <math.h>
#include <stdlib.h>

const char *const match_kinds[] = {N_("certain"), N_("doubtful"), N_("unsure"), NULL};

enum match_kind match_kind_of(const struct match_register *of, const struct match_flag *flag)
{
    return flag->unsure ? MATCH_UNSURE : flag->probability >= of->certain ? MATCH_CERTAIN : MATCH_DOUBTFUL;
}

#define COLUMNS "SELECT first, second, owner, other, bits, unsure, why FROM match_flag "
#define ORDER "ORDER BY unsure, bits DESC, first, second, owner"

enum alm_status match_flags(const struct match_register *of, const struct match_flag_filter *filter,
                            enum alm_status (*each)(void *context, const struct match_flag *, struct alm_error *),
                            void *context, struct alm_error *err)
{
    struct arena arena = {0};
    struct store_stmt *stmt;
    int64_t given = 0;
    bool row = true;
    enum alm_status status =
        filter->person
            ? store_query(of->store, &stmt, err, COLUMNS "WHERE first = $1 OR second = $1 " ORDER, "i", filter->person)
            : store_query(of->store, &stmt, err, COLUMNS ORDER, "");
    while (status == ALM_OK && (!filter->limit || given < filter->limit) &&
           (status = store_next(stmt, &row, err)) == ALM_OK && row) {
        const double bits = (double)store_int(stmt, 4) / 1000;
        const struct match_flag flag = {.first = store_int(stmt, 0),
                                        .second = store_int(stmt, 1),
                                        .owner = store_int(stmt, 2),
                                        .other = store_int(stmt, 3),
                                        .bits = bits,
                                        .probability = 1 / (1 + exp2(-bits)),
                                        .unsure = store_int(stmt, 5) != 0,
                                        .why = arena_strdup(&arena, store_string(stmt, 6))};
        if (filter->kind == MATCH_ALL || filter->kind == match_kind_of(of, &flag)) {
            status = each(context, &flag, err);
            given++;
        }
        arena_reset(&arena);
    }
    if (status == ALM_OK && row && filter->limit)
        store_done(stmt);
    arena_release(&arena);
    return status;
}

/* ---- why ---- */

static const char *known_word(const char *const *words, size_t n, const char *at, size_t len)
{
    for (size_t i = 0; i < n; i++)
        if (strlen(words[i]) == len && memcmp(words[i], at, len) == 0)
            return words[i];
    return NULL;
}

bool match_why(const char **why, struct match_reason *out)
{
    const char *at = *why + strspn(*why, " ");
    const size_t len = strcspn(at, " ");
    const char *level = memchr(at, ':', len),
               *bits = level ? memchr(level + 1, ':', len - (size_t)(level + 1 - at)) : NULL;
    if (!bits)
        return false;
    *out = (struct match_reason){.trait = known_word(match_trait_headers, MATCH_TRAITS, at, (size_t)(level - at)),
                                 .level =
                                     known_word(match_level_names, MATCH_LEVELS, level + 1, (size_t)(bits - level) - 1),
                                 .bits = strtod(bits + 1, NULL),
                                 .household = strncmp(at, "household:", 10) == 0};
    *why = at + len;
    return true;
}

/* ---- away with them ---- */

static enum alm_status drop_flags(const struct match_register *of, alm_id person, struct alm_error *err)
{
    return store_run(of->store, NULL, err, "DELETE FROM match_flag WHERE first = $1 OR second = $1", "i", person);
}

enum alm_status match_erase(const struct match_register *of, alm_id person, struct alm_error *err)
{
    const enum alm_status status = drop_flags(of, person, err);
    return status == ALM_OK
               ? store_run(of->store, NULL, err,
                           "UPDATE match_decision SET reason = NULL WHERE first = $1 OR second = $1", "i", person)
               : status;
}

enum alm_status match_merged(const struct match_register *of, const alm_id *persons, size_t n, struct alm_error *err)
{
    struct register_aliases aliases = {0};
    enum alm_status status = register_aliases_read(of->store, &aliases, persons, n, err);
    for (size_t i = 0; i < aliases.n && status == ALM_OK; i++)
        status = drop_flags(of, aliases.at[i].id, err);
    register_aliases_release(&aliases);
    return status;
}
