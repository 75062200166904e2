/* SPDX-License-Identifier: MIT */
/* Services of goods, cases, deliveries and secrets; and who may ask for them when. */
#include "host/internal.h"

static struct host_programme *self(const struct alm_host *services)
{
    return services->context;
}

/* The call in which the plug-in asks; NULL: it was not called by the host. */
static const struct plugin_call *running(void)
{
    const struct plugin_call *call = plugin_running;

    while (call && !call->plugin)
        call = call->outer;
    return call;
}

/* What comes of it is the host's to say where the plug-in has no word (a rule), or may keep it to itself. */
static enum alm_status not_now(struct host_programme *programme, const char *service, const char *when,
                               struct alm_error *err)
{
    const struct plugin_call *call = running();
    char hint[160];

    snprintf(hint, sizeof hint, _("turn it off by `almoner programme disable %.40s`, and tell its author"),
             programme->conf->name);
    error_set(err, ALM_INTERNAL, hint, _("plug-in %s called %s(), which it may only do %s"), programme->plugin->name,
              service, when);
    if (call && (call->what == PLUGIN_RULE || call->what == PLUGIN_SETTLE) && programme->host->ledger)
        ledger_fault(programme->host->ledger, err);
    return err->status;
}

/* ---- stock ---- */

enum alm_status host_find_goods(struct host *host, enum alm_noun noun, const char *code, alm_id *id,
                                struct alm_error *err)
{
    struct stock *stock;
    enum alm_status status = host_stock(host, &stock, err);

    return status == ALM_OK ? stock_find(stock, noun, text_of(code), id, err) : status;
}

enum alm_status host_service_draw(const struct alm_host *services, struct alm_draw *draws, size_t n,
                                  struct alm_error *err)
{
    struct host_programme *programme = self(services);
    const struct plugin_call *call = running();

    if (!call || call->what != PLUGIN_SETTLE || !programme->host->ledger)
        return not_now(programme, "stock_draw", _("in settle()"), err);
    PLUGIN_ASKED_HOST;
    return ledger_draw(programme->host->ledger, programme->id, draws, n, err);
}

/* In a command that writes, and not in what it calls. */
static enum alm_status may_write(struct host_programme *programme, const char *service, struct alm_error *err)
{
    const struct plugin_call *call = running();

    if (!call || (call->what != PLUGIN_COMMAND && call->what != PLUGIN_IMPORT) || !programme->host->entry)
        return not_now(programme, service, _("in a command that writes"), err);
    return ALM_OK;
}

enum alm_status host_service_make(const struct alm_host *services, struct alm_make *make, struct alm_error *err)
{
    struct host_programme *programme = self(services);
    struct stock *stock;
    enum alm_status status = may_write(programme, "stock_make", err);

    if (status != ALM_OK)
        return status;
    PLUGIN_ASKED_HOST;
    status = host_stock(programme->host, &stock, err);
    return status == ALM_OK ? stock_make(stock, make, programme->host->entry->id, err) : status;
}

enum alm_status host_service_issue(const struct alm_host *services, struct alm_draw *draw, struct alm_error *err)
{
    struct host_programme *programme = self(services);
    struct stock *stock;
    enum alm_status status = may_write(programme, "stock_issue", err);

    if (status != ALM_OK)
        return status;
    PLUGIN_ASKED_HOST;
    status = host_stock(programme->host, &stock, err);
    if (status == ALM_OK)
        status = store_id(programme->host->store, &draw->line, err);
    return status == ALM_OK ? stock_draw(stock, draw, 1, programme->host->entry->id, err) : status;
}

/* What was issued and what comes back are movements of one number: a second time would be seen. */
enum alm_status host_service_put_back(const struct alm_host *services, alm_id issued, alm_date date,
                                      struct alm_error *err)
{
    struct host_programme *programme = self(services);
    struct stock *stock;
    int64_t drawn = 0, back = 0, lines = 0;
    enum alm_status status = may_write(programme, "stock_put_back", err);

    if (status != ALM_OK)
        return status;
    PLUGIN_ASKED_HOST;
    struct store *store = programme->host->store;

    status = host_stock(programme->host, &stock, err);
    if (status == ALM_OK)
        status = store_number(store, &drawn, 0, err, "SELECT COUNT(*) FROM stock_movement WHERE id = $1 AND kind = $2",
                              "ii", issued, (int64_t)STOCK_DRAW);
    if (status == ALM_OK)
        status = store_number(store, &back, 0, err, "SELECT COUNT(*) FROM stock_movement WHERE id = $1 AND kind = $2",
                              "ii", issued, (int64_t)STOCK_UNDRAW);
    if (status == ALM_OK)
        status = store_number(store, &lines, 0, err, "SELECT COUNT(*) FROM line WHERE id = $1", "i", issued);
    if (status == ALM_OK && (!drawn || back || lines))
        status = error_set(err, ALM_BAD_DATA, NULL,
                           back    ? _("what was issued as %lld was put back already")
                           : lines ? _("%lld is a delivery: what it took comes back when it is reversed")
                                   : _("nothing was issued as %lld"),
                           (long long)issued);
    return status == ALM_OK ? stock_undraw(stock, issued, issued, date, programme->host->entry->id, err) : status;
}

enum alm_status host_service_last_day(const struct alm_host *services, alm_id item, const char *lot, alm_date date,
                                      struct alm_error *err)
{
    struct host_programme *programme = self(services);
    struct stock *stock;
    enum alm_status status = may_write(programme, "stock_last_day", err);

    if (status != ALM_OK)
        return status;
    PLUGIN_ASKED_HOST;
    status = host_stock(programme->host, &stock, err);
    return status == ALM_OK ? stock_last_day(stock, item, text_of(lot), date, err) : status;
}

enum alm_status host_service_on_hand(const struct alm_host *services, alm_id item, alm_id depot, alm_date date,
                                     alm_quantity *quantity, struct alm_error *err)
{
    PLUGIN_ASKED_HOST;
    struct stock *stock;
    enum alm_status status = host_stock(self(services)->host, &stock, err);

    return status == ALM_OK ? stock_on_hand(stock, item, depot, date, quantity, err) : status;
}

/* ---- cases ---- */

enum alm_status host_service_request_of(const struct alm_host *services, const struct alm_line *line,
                                        struct alm_request *request, struct alm_error *err)
{
    struct host_programme *programme = self(services);
    const struct plugin_call *call = running();
    const bool command = call && (call->what == PLUGIN_COMMAND || call->what == PLUGIN_IMPORT);

    if (!command && (!call || call->what != PLUGIN_SETTLE || !programme->host->ledger ||
                     !ledger_settles(programme->host->ledger, programme->id, line->id)))
        return not_now(programme, "request_of", _("in settle(), for a line that it was handed"), err);
    PLUGIN_ASKED_HOST;
    struct host *of = programme->host;
    struct cases_case found = {0};
    struct alm_verdict verdict = {0};
    struct alm_line asked = *line;
    const struct cases *cases;
    enum alm_status status = host_cases(of, &cases, err);

    asked.programme = programme->id;
    if (status == ALM_OK && !command)
        status = cases_request_of(cases, line->id, &found, &of->arena, err);
    else if (status == ALM_OK && programme->conf->core->cases)
        status = cases_request_for(cases, &asked, &found, &of->arena, &verdict, err);
    if (status == ALM_OK && verdict.refused)
        status = error_set(err, ALM_REFUSED, NULL, "%s", verdict.reason);
    if (status != ALM_OK)
        return status;
    const struct alm_request answer = {.size = request->size,
                                       .id = found.id,
                                       .subject = found.id ? found.subject : "",
                                       .document = found.document ? found.document : "",
                                       .quantity = found.approved,
                                       .opened = found.id ? found.opened : ALM_NO_DATE,
                                       .visited = found.id ? found.visited : ALM_NO_DATE,
                                       .decided = found.id ? found.decided : ALM_NO_DATE};
    memcpy(request, &answer, request->size < sizeof answer ? request->size : sizeof answer);
    return ALM_OK;
}

/* ---- deliveries ---- */

/* A key that is known is an answer only as long as what was delivered under it stands. */
static enum alm_status still_stands(struct host *host, const struct alm_delivery *delivery, struct alm_error *err)
{
    int64_t stands = 0;
    enum alm_status status =
        store_number(host->store, &stands, 0, err,
                     "SELECT COUNT(*) FROM line l LEFT JOIN reversal r ON r.owner = l.owner AND r.line = l.id "
                     "WHERE l.id = $1 AND r.id IS NULL",
                     "i", delivery->line);
    if (status == ALM_OK && !stands)
        status = error_set(err, ALM_REFUSED, _("give the next one a key of its own"),
                           _("under the key %.60s nothing is delivered: it was refused or reversed"), delivery->key);
    return status;
}

static enum alm_status deliver(struct host_programme *programme, const struct ledger_programme *of,
                               struct alm_delivery *delivery, struct arena *arena, struct alm_error *err)
{
    struct ledger *ledger;
    struct ledger_answer answer;
    struct ledger_offer offer = {.key = text_of(delivery->key),
                                 .programme = of,
                                 .household = delivery->household,
                                 .person = delivery->person,
                                 .partner = delivery->partner,
                                 .place = delivery->place,
                                 .quantity = delivery->quantity,
                                 .date = delivery->date,
                                 .body = delivery->body,
                                 .group = delivery->group};
    enum alm_status status = host_ledger(programme->host, &ledger, err);

    if (status != ALM_OK)
        return status;
    offer.detail = arena_alloc(arena, (of->rule->n_detail + 1) * sizeof *offer.detail);
    for (size_t i = 0; i < of->rule->n_detail; i++)
        offer.detail[i] = i < delivery->n_detail ? delivery->detail[i] : alm_null();
    status = ledger_record(ledger, &offer, 1, &answer, arena, programme->host->entry, err);
    if (status != ALM_OK)
        return status;
    delivery->line = answer.line;
    if (answer.outcome == LEDGER_REJECTED)
        return error_set(err, ALM_BAD_DATA, NULL, "%s", answer.reason);
    if (answer.outcome == LEDGER_REFUSED || answer.outcome == LEDGER_HELD)
        return error_set(err, ALM_REFUSED, NULL, "%s", answer.reason);
    return answer.outcome == LEDGER_SAME ? still_stands(programme->host, delivery, err) : ALM_OK;
}

enum alm_status host_service_deliver(const struct alm_host *services, struct alm_delivery *given, struct alm_error *err)
{
    struct host_programme *programme = self(services);
    struct alm_delivery delivery = {0};
    struct arena arena = {0};
    enum alm_status status = may_write(programme, "deliver", err);

    if (status != ALM_OK)
        return status;
    PLUGIN_ASKED_HOST;
    memcpy(&delivery, given, given->size < sizeof delivery ? given->size : sizeof delivery);
    const struct ledger_programme *of = host_programme_ledger(programme, err);

    status = of ? deliver(programme, of, &delivery, &arena, err) : err->status;
    if (given->size >= offsetof(struct alm_delivery, line) + sizeof given->line)
        given->line = delivery.line;
    arena_release(&arena);
    return status;
}

/* ---- secrets ---- */

enum alm_status host_token(struct host *host, const char *text, char digits[65], struct alm_error *err)
{
    unsigned char out[DIGEST_SIZE];
    struct digest digest;
    const char *file;
    enum alm_status status = ALM_OK;

    digits[0] = '\0';
    if (!host->has_token_key) {
        status = host_state_file(host, "token.key", &file, err);
        if (status == ALM_OK)
            status = secret_key(file, true, true, host->token_key, err);
        host->has_token_key = status == ALM_OK;
    }
    if (status != ALM_OK)
        return status;
    digest_init(&digest, host->token_key, sizeof host->token_key);
    digest_add(&digest, text, strlen(text));
    digest_final(&digest, out);
    digest_hex(out, sizeof out, digits);
    return ALM_OK;
}

enum alm_status host_service_token(const struct alm_host *services, const char *text, char digits[65],
                                   struct alm_error *err)
{
    PLUGIN_ASKED_HOST;
    return host_token(self(services)->host, text, digits, err);
}
