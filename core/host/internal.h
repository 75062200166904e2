/* SPDX-License-Identifier: MIT */
/* What the files of host share. */
#ifndef HOST_INTERNAL_H
#define HOST_INTERNAL_H

#include "host/host.h"

struct host {
    struct host_options options;
    const char *command;
    const char *rejects;
    const char *const *map;
    struct arena arena;
    struct conf conf;
    struct alm_host bare; /* services of the store driver; context is this struct */
    bool clock_fixed;
    alm_time fixed_now;
    const struct alm_plugin *store_plugin;
    void *store_state;
    bool store_started;
    struct store *store;
    bool store_checked;
    struct register_directory *directory;
    struct stock *stock;
    struct ledger *ledger;
    struct cases cases;             /* store NULL until asked for */
    struct match_register match;    /* likewise */
    struct secretariat secretariat; /* likewise */
    struct plans plans;             /* likewise */
    struct monitor monitor;         /* likewise */
    struct store_entry *entry;      /* of the write transaction that is open; NULL: none */
    bool has_token_key;
    unsigned char token_key[SECRET_SIZE];
    struct host_programme **programmes; /* as many as conf has; NULL until loaded */
};

/* Refuse what is for test stores alone, the clock and the user of the environment, in any other (host.c). */
enum alm_status host_test_choices(struct host *, struct alm_error *);

/* Fill `ledger` of a started programme from its INI and the directory (programme.c). */
enum alm_status host_programme_link(struct host_programme *, struct alm_error *);

/* ---- the services of goods, cases, deliveries and secrets (goods.c) ---- */
enum alm_status host_find_goods(struct host *, enum alm_noun, const char *code, alm_id *, struct alm_error *);
enum alm_status host_service_draw(const struct alm_host *, struct alm_draw *, size_t n, struct alm_error *);
enum alm_status host_service_make(const struct alm_host *, struct alm_make *, struct alm_error *);
enum alm_status host_service_on_hand(const struct alm_host *, alm_id item, alm_id depot, alm_date, alm_quantity *,
                                     struct alm_error *);
enum alm_status host_service_request_of(const struct alm_host *, const struct alm_line *, struct alm_request *,
                                        struct alm_error *);
enum alm_status host_service_issue(const struct alm_host *, struct alm_draw *, struct alm_error *);
enum alm_status host_service_put_back(const struct alm_host *, alm_id issued, alm_date, struct alm_error *);
enum alm_status host_service_last_day(const struct alm_host *, alm_id item, const char *lot, alm_date,
                                      struct alm_error *);
enum alm_status host_service_deliver(const struct alm_host *, struct alm_delivery *, struct alm_error *);
enum alm_status host_service_token(const struct alm_host *, const char *text, char digits[65], struct alm_error *);

#endif
