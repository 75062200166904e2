/* SPDX-License-Identifier: MIT */
/*
 * check: offers that are wrong by themselves are rejected before anything is claimed for them.
 */
#include "ledger/chunk.h"

enum { MAX_KEY = 200 };

void chunk_reject(struct ledger_chunk *chunk, size_t i, const char *about, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    chunk->rows[i].state = ROW_OUT;
    chunk->answers[i].outcome = LEDGER_REJECTED;
    chunk->answers[i].about = about;
    chunk->answers[i].reason = arena_strdup(chunk->texts, text);
}

const char *chunk_date_text(struct ledger_chunk *chunk, alm_date date, char *buf, size_t size)
{
    const struct ledger_services *services = &chunk->ledger->services;
    services->format_date(services->context, date, buf, size);
    return buf;
}

static uint32_t programme_number(struct ledger_chunk *chunk, const struct ledger_programme *programme)
{
    for (size_t i = chunk->n_programmes; i > 0; i--)
        if (chunk->programmes[i - 1].programme == programme)
            return (uint32_t)(i - 1);
    ARRAY_ROOM(chunk->programmes, chunk->n_programmes, chunk->programmes_capacity);
    const struct alm_programme *rule = programme->rule;
    chunk->programmes[chunk->n_programmes] =
        (struct chunk_programme){.programme = programme,
                                 .recipient = rule->recipient,
                                 .looks_back = rule->look_back_days > 0,
                                 .settles = rule->settle || chunk_settling_gates(programme) || programme->n_draws};
    return (uint32_t)chunk->n_programmes++;
}

static bool is_own(const struct ledger *ledger, alm_id body)
{
    for (size_t i = 0; i < ledger->n_only; i++)
        if (ledger->only[i] == body)
            return true;
    return !ledger->n_only;
}

static void check_giver(struct ledger_chunk *chunk, size_t i)
{
    struct register_directory *directory = chunk->ledger->services.directory;
    const struct ledger_offer *offer = &chunk->offers[i];
    struct chunk_row *row = &chunk->rows[i];
    row->body = offer->body;
    if (offer->group) {
        const struct register_entry *group = register_by_id(directory, REGISTER_GROUP, offer->group);
        if (!group) {
            chunk_reject(chunk, i, "group", _("there is no group %lld"), (long long)offer->group);
            return;
        }
        if (!row->body)
            row->body = group->body;
        if (row->body != group->body) {
            const struct register_entry *its = register_by_id(directory, REGISTER_BODY, group->body);
            chunk_reject(chunk, i, "group", _("group %s belongs to %s, not to the body that is given"), group->code,
                         its ? its->code : _("another body"));
            return;
        }
    }
    if (!row->body) {
        if (!(chunk->flags & LEDGER_RUN_ASK))
            chunk_reject(chunk, i, "body", _("who gave it? Give a body or a group"));
    } else if (!register_by_id(directory, REGISTER_BODY, row->body)) {
        chunk_reject(chunk, i, "body", _("there is no body %lld"), (long long)row->body);
    } else if (!is_own(chunk->ledger, row->body)) {
        chunk_reject(chunk, i, "body", _("the staff of a body enters only what that body gives"));
    }
}

/* What can be said of an offer without reading the store. */
void chunk_check_offer(struct ledger_chunk *chunk, size_t i)
{
    const struct ledger_offer *offer = &chunk->offers[i];
    const struct ledger_programme *programme = offer->programme;
    char date[32];
    if (!programme || !programme->rule) {
        chunk_reject(chunk, i, "programme", _("programme %s is not enabled"),
                     programme ? programme->name : _("(none)"));
        return;
    }
    chunk->rows[i].programme = programme_number(chunk, programme);
    uint32_t recipient = programme->rule->recipient;
    if (recipient == ALM_PLACE    ? !offer->place
        : recipient == ALM_PERSON ? !offer->person
                                  : !offer->household && !offer->person)
        chunk_reject(chunk, i,
                     recipient == ALM_PLACE    ? "place"
                     : recipient == ALM_PERSON ? "person"
                                               : "household",
                     recipient == ALM_PLACE    ? _("%s is for a place: give one")
                     : recipient == ALM_PERSON ? _("%s is for a person: give one")
                                               : _("%s is for a household: give one"),
                     programme->name);
    else if (recipient == ALM_PLACE ? offer->household || offer->person : offer->place != 0)
        chunk_reject(chunk, i,
                     recipient != ALM_PLACE ? "place"
                     : offer->household     ? "household"
                                            : "person",
                     recipient == ALM_PLACE ? _("%s is for a place, not for a household or person")
                                            : _("%s is not for a place"),
                     programme->name);
    else if (offer->partner && recipient != ALM_PERSON)
        chunk_reject(chunk, i, "partner", _("%s is not for a couple"), programme->name);
    else if (offer->partner && offer->partner == offer->person)
        chunk_reject(chunk, i, "partner", _("a couple is two persons"));
    else if (offer->date == ALM_NO_DATE)
        chunk_reject(chunk, i, "date", _("no date is given"));
    else if (offer->date > chunk->ledger->services.today && !(chunk->flags & LEDGER_RUN_WALK))
        chunk_reject(chunk, i, "date", _("%s lies in the future"),
                     chunk_date_text(chunk, offer->date, date, sizeof date));
    else if (programme->from != ALM_NO_DATE && offer->date < programme->from)
        chunk_reject(chunk, i, "date", _("%s begins only on %s"), programme->name,
                     chunk_date_text(chunk, programme->from, date, sizeof date));
    else if (programme->until != ALM_NO_DATE && offer->date > programme->until)
        chunk_reject(chunk, i, "date", _("%s ended on %s"), programme->name,
                     chunk_date_text(chunk, programme->until, date, sizeof date));
    else if (offer->quantity < 0)
        chunk_reject(chunk, i, "quantity",
                     _("the quantity is negative; a mistake is mended with `almoner delivery reverse`"));
    else if (offer->key.at && offer->key.len > MAX_KEY)
        chunk_reject(chunk, i, "key", _("the key is longer than %d bytes"), MAX_KEY);
    else if (offer->quantity > CHUNK_MAX_QUANTITY)
        chunk_reject(chunk, i, "quantity", _("the quantity is too large"));
    else
        check_giver(chunk, i);
}
