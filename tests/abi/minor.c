/* SPDX-License-Identifier: MIT */
/* A programme that says which members its host has.  Built against copies of plugin.h of another minor (abi.bats). */
#include <almoner/plugin.h>

static void entitle(const void *state, const struct alm_case *c, struct alm_entitlement *e)
{
    (void)state, (void)c;
    e->quantity = 2 * ALM_UNIT;
#ifdef NEWER
    if (c->size >= offsetof(struct alm_case, later) + sizeof c->later)
        e->quantity = c->later;
    if (e->size >= offsetof(struct alm_entitlement, later) + sizeof e->later)
        e->later = 1;
#endif
}

static enum alm_status run_ask(const struct alm_host *host, void *state, const struct alm_args *args,
                               struct alm_error *err)
{
    (void)state, (void)args, (void)err;
    host->say(host, ALM_HOST_HAS(host, area_within) ? "the host has area_within()" : "the host has no area_within()");
#ifdef NEWER
    host->say(host,
              ALM_HOST_HAS(host, later) && host->later(host) ? "the host has later()" : "the host has no later()");
#endif
    return ALM_OK;
}

static const struct alm_command commands[] = {
    {.name = "ask", .summary = "say what the host has", .flags = ALM_READS, .run = run_ask}};
static const struct alm_programme programme = {
    .size = sizeof programme, .recipient = ALM_HOUSEHOLD, .unit = "thing", .unit_plural = "things", .entitle = entitle};
ALM_PLUGIN(.name = "minor", .version = "1.0", .summary = "Of another minor", .kind = ALM_KIND_PROGRAMME,
           .commands = commands, .n_commands = 1, .programme = &programme)
