/* SPDX-License-Identifier: MIT */
/*
 * What the server answers, by its SQLSTATE, as our statuses with the mend.  Only the first line of a message is used:
 * DETAIL may hold values of rows, which are people's.
 */
#include "postgres.h"
#include <ctype.h>

enum { STATE_LEN = 5 };

struct meaning {
    const char *state; /* or the first two letters: a class */
    enum alm_status status;
    bool again;
    const char *hint;
    const char *text; /* in place of the server's, where that says less */
};

static const char busy[] = "the store is busy; try again";
/* Of a command that is a run of transactions, those before this one are kept. */
static const char try_again[] = "what was under way was not kept: run the command again";
static const char make_room[] = "make room on the server and run the command again: what was under way was not kept";

/* The first row that fits. */
static const struct meaning meanings[] = {
    {"40001", ALM_AGAIN, true, try_again, busy},
    {"40P01", ALM_AGAIN, true, try_again, busy},
    {"55P03", ALM_AGAIN, false, "another command is writing there; or raise lock_timeout in [store-postgres]", busy},
    {"57014", ALM_AGAIN, false,
     "run it again when the server is less busy; or raise statement_timeout in [store-postgres]", NULL},
    {"57P03", ALM_UNAVAILABLE, true, "run it again when the server is up", NULL}, /* starts, or shuts down */
    {"57P", ALM_UNAVAILABLE, true, try_again, NULL},
    {"53300", ALM_AGAIN, true, "run it again later; or raise max_connections on the server", NULL},
    {"53100", ALM_IO, false, make_room, NULL},
    {"53", ALM_UNAVAILABLE, false, NULL, NULL},
    {"08", ALM_UNAVAILABLE, true, try_again, NULL},
    /* Two writers made one thing: the one that is run again finds it made. */
    {"23505", ALM_BAD_DATA, true, NULL, NULL},
    {"22", ALM_BAD_DATA, false, NULL, NULL},
    {"23", ALM_BAD_DATA, false, NULL, NULL},
    {"25006", ALM_NO_PERMISSION, false, "connect to the primary server: this one can only be read", NULL},
    {"42501", ALM_NO_PERMISSION, false, "GRANT it to the role, or let the owner of the tables run almoner init", NULL},
    {"28", ALM_NO_PERMISSION, false, NULL, NULL},
    {"3D000", ALM_UNAVAILABLE, false, NULL, NULL},
    {"58", ALM_IO, false, NULL, NULL},
    {"XX001", ALM_IO, false, "put back the last backup: almoner store restore FILE", NULL},
    {"XX002", ALM_IO, false, "put back the last backup: almoner store restore FILE", NULL},
};

static const struct meaning *meaning_of(const char *state)
{
    static const struct meaning other = {"", ALM_INTERNAL, false, NULL, NULL};
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (strncmp(state, meanings[i].state, strlen(meanings[i].state)) == 0)
            return &meanings[i];
    return &other;
}

static int first_line(const char *text)
{
    size_t len = strcspn(text, "\n");
    return len > 400 ? 400 : (int)len;
}

enum alm_status postgres_fail(struct alm_connection *connection, const PGresult *result, const char *what,
                              struct alm_error *err)
{
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *text = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    const char *colon = *what ? ": " : "";
    /* A write that failed is told before libpq has read that the connection ended: let it read. */
    if (!state)
        PQconsumeInput(connection->pg);
    if (connection_lost(connection) && !(state && strncmp(state, "57P", 3) == 0)) {
        connection->again = true;
        alm_fail(err, ALM_UNAVAILABLE, try_again, "%s%sthe connection to the PostgreSQL server was lost", what, colon);
    } else if (!state) {
        text = PQerrorMessage(connection->pg);
        alm_fail(err, ALM_INTERNAL, NULL, "%s%s%.*s", what, colon, first_line(text), text);
    } else if (connection->aborted && strcmp(state, "25P02") == 0) {
        *err = connection->failure;
        return err->status;
    } else {
        const struct meaning *meaning = meaning_of(state);
        connection->again = meaning->again;
        if (meaning->text)
            alm_fail(err, meaning->status, meaning->hint, "%s%s%s", what, colon, meaning->text);
        else
            alm_fail(err, meaning->status, meaning->hint, "%s%s%.*s", what, colon, text ? first_line(text) : 0,
                     text ? text : "");
    }
    if (connection->in_transaction && !connection->aborted) {
        connection->aborted = true;
        connection->failure = *err;
    }
    return err->status;
}

/* ---- connecting ---- */

/* With verbose messages a state stands before the text: "FATAL:  28P01: password ...".  Cut it out of *text. */
static const char *cut_state(char *text)
{
    static const char none[] = "";
    for (char *at = text; (at = strstr(at, ":  ")) != NULL; at++) {
        char *state = at + 3, *end = state;
        while (isupper((unsigned char)*end) || isdigit((unsigned char)*end))
            end++;
        if (end - state != STATE_LEN || end[0] != ':' || end[1] != ' ')
            continue;
        char found[STATE_LEN + 1];
        memcpy(found, state, STATE_LEN);
        found[STATE_LEN] = '\0';
        memmove(state, end + 2, strlen(end + 2) + 1);
        for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
            if (strncmp(found, meanings[i].state, strlen(meanings[i].state)) == 0)
                return meanings[i].state;
        return none;
    }
    return NULL;
}

enum alm_status postgres_no_connection(struct alm_connection *connection, bool late, struct alm_error *err)
{
    const PGconn *pg = connection->pg;
    char text[512];
    const char *given = pg ? PQerrorMessage(pg) : "";
    if (!pg)
        return out_of_memory(err);
    if (late)
        return alm_fail(err, ALM_UNAVAILABLE,
                        "is the server running? connection and connect_timeout stand in [store-postgres]",
                        "the PostgreSQL server at %s does not answer", PQhost(pg) ? PQhost(pg) : "?");
    /* Several hosts, several lines: the last one that says why is the one to tell; a detail line tells little. */
    snprintf(text, sizeof text, "%.*s", first_line(given), given);
    const char *state = cut_state(text);
    if (PQconnectionNeedsPassword(pg))
        return alm_fail(err, ALM_NO_PERMISSION,
                        "put it into ~/.pgpass (mode 0600), one line: host:port:database:user:password",
                        "the PostgreSQL server asks for a password, and there is none for the user %s",
                        PQuser(pg) ? PQuser(pg) : "?");
    connection->again = state ? meaning_of(state)->again : connection->reached;
    if (!state && strstr(text, "does not support SSL"))
        return alm_fail(err, ALM_UNAVAILABLE, "let it speak TLS (ssl = on), or set another sslmode in connection", "%s",
                        text);
    if (!state && strcasestr(text, "certificate"))
        return alm_fail(
            err, ALM_UNAVAILABLE,
            "sslrootcert in connection has to name the certificate that the server's is signed by, and host a "
            "name that stands in the server's",
            "%s", text);
    if (!state)
        return alm_fail(err, ALM_UNAVAILABLE, "is the server running, and does connection in [store-postgres] name it?",
                        "%s", text);
    if (strcmp(state, "28") == 0)
        return alm_fail(err, ALM_NO_PERMISSION,
                        PQconnectionUsedPassword(pg) ? "put the right one into ~/.pgpass (mode 0600)"
                                                     : "let this user in: pg_hba.conf and CREATE ROLE on the server",
                        "%s", text);
    if (strcmp(state, "3D000") == 0)
        return alm_fail(err, ALM_UNAVAILABLE,
                        "name another one under connection in [store-postgres], or: createdb -T template0 -E UTF8 NAME",
                        "%s", text);
    const struct meaning *meaning = meaning_of(state);
    return alm_fail(err, *state ? meaning->status : ALM_UNAVAILABLE, meaning->hint, "%s", text);
}
