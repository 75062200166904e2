/* SPDX-License-Identifier: MIT */
/* Services of goods, cases and secrets; and who may ask for them when. */
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

enum alm_status host_service_make(const struct alm_host *services, struct alm_make *make, struct alm_error *err)
{
    struct host_programme *programme = self(services);
    const struct plugin_call *call = running();
    struct stock *stock;

    if (!call || (call->what != PLUGIN_COMMAND && call->what != PLUGIN_IMPORT) || !programme->host->entry)
        return not_now(programme, "stock_make", _("in a command that writes"), err);
    PLUGIN_ASKED_HOST;
    enum alm_status status = host_stock(programme->host, &stock, err);

    return status == ALM_OK ? stock_make(stock, make, programme->host->entry, err) : status;
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

    if (!call || call->what != PLUGIN_SETTLE || !programme->host->ledger ||
        !ledger_settles(programme->host->ledger, programme->id, line->id))
        return not_now(programme, "request_of", _("in settle(), for a line that it was handed"), err);
    PLUGIN_ASKED_HOST;
    struct host *of = programme->host;
    struct cases_case found;
    const struct cases *cases;
    enum alm_status status = host_cases(of, &cases, err);

    if (status == ALM_OK)
        status = cases_request_of(cases, line->id, &found, &of->arena, err);
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

/* ---- secrets ---- */

enum alm_status host_service_token(const struct alm_host *services, const char *text, char digits[65],
                                   struct alm_error *err)
{
    PLUGIN_ASKED_HOST;
    struct host *host = self(services)->host;
    unsigned char out[DIGEST_SIZE];
    struct digest digest;
    const char *file;
    enum alm_status status = ALM_OK;

    digits[0] = '\0';
    if (!host->has_token_key) {
        status = host_state_file(host, "token.key", &file, err);
        if (status == ALM_OK)
            status = secret_key(file, true, host->token_key, err);
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
