/* SPDX-License-Identifier: MIT */
/* The rooms of a store, each opened on first use, and what those above have to say when the register changes. */
#include "host/internal.h"

static const struct ledger_programme *programme_by_name(void *context, struct alm_text name, struct alm_error *err)
{
    struct host *host = context;
    struct host_programme *programme;
    char word[64];

    if (name.len >= sizeof word) {
        error_set(err, ALM_BAD_DATA, _("`almoner programme list` shows them"), _("no programme is called '%.40s...'"),
                  name.at);
        return NULL;
    }
    snprintf(word, sizeof word, "%.*s", (int)name.len, name.at);
    if (host_programme(host, word, &programme, err) != ALM_OK || host_programme_link(programme, err) != ALM_OK)
        return NULL;
    return &programme->ledger;
}

static const struct ledger_programme *programme_by_id(void *context, alm_id id, struct alm_error *err)
{
    struct host *host = context;
    const struct register_entry *entry;
    struct register_directory *directory;

    if (host_directory(host, &directory, err) != ALM_OK)
        return NULL;
    entry = register_by_id(directory, REGISTER_PROGRAMME, id);
    if (!entry) {
        error_set(err, ALM_INTERNAL, _("run: almoner audit verify"),
                  _("the ledger names a programme that the store does not know"));
        return NULL;
    }
    return programme_by_name(context, text_of(entry->code), err);
}

static void format_date_service(void *context, alm_date date, char *buf, size_t size)
{
    host_format_date(context, date, buf, size);
}

enum alm_status host_ledger(struct host *host, struct ledger **out, struct alm_error *err)
{
    enum alm_status status = ALM_OK;

    if (!host->ledger) {
        struct ledger_services services = {.programme = programme_by_name,
                                           .programme_by_id = programme_by_id,
                                           .context = host,
                                           .today = host_today(host),
                                           .format_date = format_date_service,
                                           .written = plan_recorded,
                                           .written_context = &host->plans};

        status = host_store(host, 0, &services.store, err);
        if (status == ALM_OK)
            status = host_directory(host, &services.directory, err);
        if (status == ALM_OK)
            status = host_stock(host, &services.stock, err);
        if (status == ALM_OK)
            host->ledger = ledger_new(&services);
        host->plans.store = services.store;
    }
    *out = host->ledger;
    return status;
}

enum alm_status host_cases(struct host *host, const struct cases **out, struct alm_error *err)
{
    enum alm_status status = ALM_OK;

    if (!host->cases.store) {
        struct cases cases = {.today = host_today(host), .format_date = format_date_service, .context = host};

        status = host_store(host, 0, &cases.store, err);
        if (status == ALM_OK)
            host->cases = cases;
    }
    *out = &host->cases;
    return status;
}

enum alm_status host_match(struct host *host, const struct match_register **out, struct alm_error *err)
{
    const struct conf_almoner *almoner = host->conf.almoner;
    enum alm_status status = ALM_OK;

    if (!host->match.store) {
        struct match_register match = {.today = host_today(host),
                                       .possible = (double)almoner->possible / 1000,
                                       .certain = (double)almoner->certain / 1000};

        status = host_store(host, 0, &match.store, err);
        if (status == ALM_OK)
            host->match = match;
    }
    *out = &host->match;
    return status;
}

enum alm_status host_secretariat(struct host *host, const struct secretariat **out, struct alm_error *err)
{
    enum alm_status status = ALM_OK;

    if (!host->secretariat.store) {
        struct secretariat secretariat = {.today = host_today(host),
                                          .currency_decimals = (int)host->conf.almoner->currency_decimals,
                                          .format_date = format_date_service,
                                          .context = host};

        status = host_store(host, 0, &secretariat.store, err);
        if (status == ALM_OK)
            status = host_directory(host, &secretariat.directory, err);
        if (status == ALM_OK)
            host->secretariat = secretariat;
    }
    *out = &host->secretariat;
    return status;
}

enum alm_status host_plans(struct host *host, const struct plans **out, struct alm_error *err)
{
    struct plans plans = {.today = host_today(host), .format_date = format_date_service, .context = host};
    enum alm_status status = host_store(host, 0, &plans.store, err);

    if (status == ALM_OK)
        status = host_directory(host, &plans.directory, err);
    if (status == ALM_OK)
        status = host_stock(host, &plans.stock, err);
    if (status == ALM_OK)
        status = host_ledger(host, &plans.ledger, err);
    if (status == ALM_OK)
        status = host_secretariat(host, &plans.secretariat, err);
    if (status == ALM_OK)
        host->plans = plans;
    *out = &host->plans;
    return status;
}

enum alm_status host_monitor(struct host *host, const struct monitor **out, struct alm_error *err)
{
    struct monitor monitor = {.today = host_today(host), .format_date = format_date_service, .context = host};
    enum alm_status status = host_store(host, 0, &monitor.store, err);

    if (status == ALM_OK)
        status = host_directory(host, &monitor.directory, err);
    if (status == ALM_OK)
        host->monitor = monitor;
    *out = &host->monitor;
    return status;
}

static enum alm_status members_changed(void *context, const alm_id *households, size_t n, struct alm_error *err)
{
    struct ledger *ledger;
    enum alm_status status = host_ledger(context, &ledger, err);

    return status == ALM_OK ? ledger_members_changed(ledger, households, n, err) : status;
}

static enum alm_status areas_move(void *context, const alm_id *areas, size_t n, bool moved, struct alm_error *err)
{
    struct ledger *ledger;
    enum alm_status status = host_ledger(context, &ledger, err);

    return status == ALM_OK ? ledger_areas_move(ledger, areas, n, moved, err) : status;
}

static enum alm_status erased(void *context, alm_id person, struct alm_error *err)
{
    const struct cases *cases;
    const struct match_register *match;
    const struct monitor *monitor;
    enum alm_status status = host_cases(context, &cases, err);

    if (status == ALM_OK)
        status = cases_erase(cases, person, err);
    if (status == ALM_OK)
        status = host_match(context, &match, err);
    if (status == ALM_OK)
        status = match_erase(match, person, err);
    if (status == ALM_OK)
        status = host_monitor(context, &monitor, err);
    return status == ALM_OK ? monitor_erase(monitor, person, err) : status;
}

static enum alm_status persons_merge(void *context, const alm_id *persons, size_t n, bool merged, struct alm_error *err)
{
    const struct match_register *match;
    struct ledger *ledger;
    enum alm_status status = host_ledger(context, &ledger, err);

    if (status == ALM_OK)
        status = ledger_persons_merge(ledger, persons, n, merged, err);
    if (status == ALM_OK && merged)
        status = host_match(context, &match, err);
    return status == ALM_OK && merged ? match_merged(match, persons, n, err) : status;
}

struct register_gate host_register_gate(struct host *host)
{
    return (struct register_gate){members_changed, areas_move, erased, persons_merge, host};
}
