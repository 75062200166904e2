/* SPDX-License-Identifier: MIT */
/* Households, persons and places that nobody would think of, with histories: the same ones each time. */
#include "sdk/internal.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    MEMBERS_MOST = 12,
    HISTORY_MOST = 6,
    DETAILS = 1 + HISTORY_MOST, /* of the offer and of each line */
    FIRST_DAY = 14610,          /* 2010-01-01 */
    DAYS = 20 * 365,
    LIFE = 100 * 365,
    TEXT_LEN = 24
};

/* A case with all that it points to. */
struct block {
    struct alm_case c;
    struct alm_member members[MEMBERS_MOST];
    struct alm_member partner;
    struct alm_line history[HISTORY_MOST];
};

uint64_t conform_random(uint64_t *state, uint64_t below)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (*state >> 33) % below;
}

static int64_t between(uint64_t *random, int64_t least, int64_t most)
{
    return least + (int64_t)conform_random(random, (uint64_t)(most - least) + 1);
}

static bool one_in(uint64_t *random, uint64_t n)
{
    return conform_random(random, n) == 0;
}

static void make_member(uint64_t *random, struct alm_member *member, alm_date date)
{
    static const char *const criteria[] = {
        "", "", "", "orphan", "disabled", "widow orphan", "orphan disabled pregnant"};
    static const char sexes[] = {'f', 'm', 0};
    *member =
        (struct alm_member){.id = between(random, 1, INT64_C(1) << 60),
                            .birth_date = one_in(random, 8) ? ALM_NO_DATE : date - (alm_date)between(random, 0, LIFE),
                            .school_grade = one_in(random, 3) ? (int32_t)between(random, 0, 12) : -1,
                            .relation = (uint32_t)between(random, ALM_RELATION_UNKNOWN, ALM_OTHER_RELATION),
                            .sex = sexes[conform_random(random, sizeof sexes)],
                            .criteria = criteria[conform_random(random, COUNT_OF(criteria))]};
}

static void make_detail(uint64_t *random, const struct alm_programme *rule, alm_date date, struct alm_value *detail,
                        char (*texts)[TEXT_LEN])
{
    for (size_t i = 0; i < rule->n_detail; i++) {
        const struct alm_column *column = &rule->detail[i];
        size_t choices = 0;
        detail[i] = alm_null();
        if (one_in(random, 4))
            continue;
        switch (column->type) {
        case ALM_ENUM:
            while (column->choices[choices])
                choices++;
            detail[i] = alm_number((int64_t)conform_random(random, choices));
            detail[i].text = column->choices[detail[i].number];
            break;
        case ALM_STRING:
            snprintf(texts[i], TEXT_LEN, "T%lld", (long long)between(random, 0, 99));
            detail[i] = alm_string(texts[i]);
            break;
        case ALM_DATE:
            detail[i] = alm_number(date - between(random, -3, 3));
            break;
        case ALM_TIME:
            detail[i] = alm_number(((int64_t)date * 24 + between(random, -24, 24)) * 3600);
            break;
        default:
            detail[i] = alm_number(between(random, -5, 1000));
        }
    }
}

static void make_history(uint64_t *random, const struct alm_programme *rule, struct block *block,
                         struct alm_value *details, char (*texts)[TEXT_LEN])
{
    const size_t n_detail = rule->n_detail;
    size_t n = rule->look_back_days ? conform_random(random, HISTORY_MOST + 1) : 0;
    alm_date date = block->c.date - (n ? (alm_date)between(random, 0, rule->look_back_days) : 0);
    for (size_t i = 0; i < n; i++) {
        struct alm_line *line = &block->history[i];
        *line = (struct alm_line){.id = between(random, 1, INT64_C(1) << 60),
                                  .owner = block->c.owner,
                                  .programme = 1,
                                  .date = date,
                                  .quantity = between(random, 1, 20000),
                                  .value = between(random, 0, 1000000),
                                  .detail = n_detail ? details + i * n_detail : NULL,
                                  .n_detail = n_detail};
        make_detail(random, rule, date, line->detail, texts + i * n_detail);
        line->household = rule->recipient == ALM_PLACE ? 0 : line->owner;
        line->place = rule->recipient == ALM_PLACE ? line->owner : 0;
        line->person = rule->recipient == ALM_PERSON ? block->c.id : 0;
        date += (alm_date)between(random, 0, block->c.date - date); /* oldest first */
    }
    block->c.history = block->history;
    block->c.n_history = n;
}

static void make_case(uint64_t *random, const struct alm_programme *rule, struct block *block,
                      struct alm_value *details, char (*texts)[TEXT_LEN])
{
    struct alm_case *c = &block->c;
    *c = (struct alm_case){.size = sizeof *c,
                           .recipient = rule->recipient,
                           .date = FIRST_DAY + (alm_date)conform_random(random, DAYS),
                           .owner = between(random, 1, INT64_C(1) << 60),
                           .members = block->members,
                           .asked = one_in(random, 2) ? 0 : between(random, 1, 30000)};
    c->id = c->owner;
    if (rule->recipient != ALM_PLACE)
        c->n_members = (size_t)between(random, rule->recipient == ALM_PERSON, MEMBERS_MOST);
    for (size_t i = 0; i < c->n_members; i++)
        make_member(random, &block->members[i], c->date);
    if (rule->recipient == ALM_PERSON) {
        c->person = &block->members[conform_random(random, c->n_members)];
        c->id = c->person->id;
        if (one_in(random, 2)) {
            make_member(random, &block->partner, c->date);
            c->partner = one_in(random, 8) ? &block->members[conform_random(random, c->n_members)] : &block->partner;
        }
    }
    if (rule->n_detail && !one_in(random, 8)) {
        make_detail(random, rule, c->date, details, texts);
        c->detail = details;
        c->n_detail = rule->n_detail;
    }
    make_history(random, rule, block, details + rule->n_detail, texts + rule->n_detail);
}

enum alm_status conform_cases_make(struct conform_cases *out, const struct alm_programme *rule, struct alm_error *err)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), n_detail = DETAILS * rule->n_detail;
    const size_t each =
        sizeof(struct alm_case) + sizeof(struct block) + n_detail * (sizeof(struct alm_value) + TEXT_LEN);
    uint64_t random = 1399;

    out->size = (CONFORM_CASES * each + page) / page * page;
    out->memory = mmap(NULL, out->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (out->memory == MAP_FAILED) {
        out->memory = NULL;
        return error_set(err, ALM_UNAVAILABLE, NULL, _("no memory: %s"), strerror(errno));
    }
    out->cases = out->memory;
    struct block *blocks = (struct block *)(void *)(out->cases + CONFORM_CASES);
    struct alm_value *details = (struct alm_value *)(void *)(blocks + CONFORM_CASES);
    char(*texts)[TEXT_LEN] = (char(*)[TEXT_LEN])(void *)(details + CONFORM_CASES * n_detail);
    for (size_t i = 0; i < CONFORM_CASES; i++) {
        make_case(&random, rule, &blocks[i], details + i * n_detail, texts + i * n_detail);
        out->cases[i] = blocks[i].c;
    }
    return ALM_OK;
}

const char *conform_case_format(uint32_t recipient)
{
    switch (recipient) {
    case ALM_PLACE:
        return _("a place with %zu persons on %s, served %zu times");
    case ALM_PERSON:
        return _("a person of a household of %zu on %s, served %zu times");
    default:
        return _("a household of %zu on %s, served %zu times");
    }
}

void conform_case_describe(const struct alm_case *c, const char *format, char *buf, size_t size)
{
    char date[32];
    date_format(c->date, DATE_ISO, date, sizeof date);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(buf, size, format, c->n_members, date, c->n_history);
#pragma GCC diagnostic pop
}
