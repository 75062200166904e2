/* SPDX-License-Identifier: MIT */
/* Two persons as somebody who decides needs to see them: who they are, where they live, what they got last. */
#include "cli/match.h"

#include <stdlib.h>

/* Programme, day and body of each, "; " between them, the last first. */
static const char *aid_text(struct cli *cli, struct register_directory *directory, const struct ledger_last *lasts,
                            size_t n, bool plain, struct arena *arena)
{
    struct strbuf text = {0};
    for (size_t i = 0; i < n; i++) {
        const struct register_entry *programme = register_by_id(directory, REGISTER_PROGRAMME, lasts[i].programme),
                                    *body = register_by_id(directory, REGISTER_BODY, lasts[i].body);
        char day[32];
        if (plain)
            date_format(lasts[i].date, DATE_ISO, day, sizeof day);
        else
            host_format_date(cli->host, lasts[i].date, day, sizeof day);
        strbuf_addf(&text, "%s%s %s %s", i ? "; " : "", programme ? programme->code : "?", day,
                    body ? body->code : "?");
    }
    const char *kept = text.len ? arena_strdup(arena, text.at) : NULL;
    strbuf_release(&text);
    return kept;
}

static int newest_first(const void *left, const void *right)
{
    const struct ledger_last *a = left, *b = right;
    if (a->date != b->date)
        return a->date > b->date ? -1 : 1;
    return (a->programme > b->programme) - (a->programme < b->programme);
}

static enum alm_status read_aid(struct cli *cli, struct cli_match_person *who, bool plain, struct arena *arena,
                                struct alm_error *err)
{
    struct register_directory *directory;
    struct ledger_last *lasts = NULL;
    struct ledger *ledger;
    size_t n = 0;
    const alm_id household = who->person.household ? who->person.household : who->person.owner;
    enum alm_status status = host_ledger(cli->host, &ledger, err);
    if (status == ALM_OK)
        status = cli_directory(cli, &directory, err);
    if (status == ALM_OK)
        status = ledger_last(ledger, &household, 1, &who->person.id, 1, &lasts, &n, err);
    if (status == ALM_OK && n) {
        qsort(lasts, n, sizeof *lasts, newest_first);
        who->aid = aid_text(cli, directory, lasts, n, plain, arena);
    }
    free(lasts);
    return status;
}

static enum alm_status read_one(struct cli *cli, alm_id id, bool plain, struct cli_match_person *who,
                                struct arena *arena, struct alm_error *err)
{
    struct store *store;
    char area[200];
    *who = (struct cli_match_person){.aid = NULL};
    enum alm_status status = cli_store(cli, &store, err);
    if (status == ALM_OK)
        status = register_person_read(store, id, host_today(cli->host), &who->person, arena, err);
    if (status == ALM_OK && who->person.area)
        status = register_name(store, ALM_NOUN_AREA, who->person.area, area, sizeof area, err);
    if (status == ALM_OK && who->person.area)
        who->area = arena_strdup(arena, area);
    return status == ALM_OK ? read_aid(cli, who, plain, arena, err) : status;
}

enum alm_status cli_match_read_pair(struct cli *cli, const struct match_flag *flag, bool plain,
                                    struct cli_match_person who[2], struct arena *arena, struct alm_error *err)
{
    const enum alm_status status = read_one(cli, flag->first, plain, &who[0], arena, err);
    return status == ALM_OK ? read_one(cli, flag->second, plain, &who[1], arena, err) : status;
}
