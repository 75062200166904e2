/* SPDX-License-Identifier: MIT */
/* The connection: made, told how to behave, made anew when it broke between transactions. */
#include "postgres.h"
#include <poll.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

enum { PAUSE_LEAST = 20, PAUSE_MOST = 500 }; /* milliseconds between two tries */

/* ---- the connection string ---- */

const char *connection_fault(const char *connection, const char **hint)
{
    static const char *const secrets[] = {"password", "sslpassword"};
    const char *fault = NULL;
    char *message = NULL;
    PQconninfoOption *options = PQconninfoParse(connection, &message);
    *hint = NULL;
    /* What libpq says of a string that it cannot read quotes the string, and a password may stand in it. */
    PQfreemem(message);
    if (!options) {
        *hint =
            "write it as: host=db.example dbname=almoner user=almoner, or as: postgresql://almoner@db.example/almoner";
        return "it is not a connection string of PostgreSQL";
    }
    for (const PQconninfoOption *option = options; option->keyword; option++)
        for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++)
            if (option->val && strcmp(option->keyword, secrets[i]) == 0) {
                fault = "a password stands in it";
                *hint = "put it into ~/.pgpass (mode 0600), one line: host:port:database:user:password";
            }
    PQconninfoFree(options);
    return fault;
}

/* ---- making it ---- */

static int64_t milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Notices are for people at a prompt: what concerns us is told by our own messages. */
static void ignore_notice(void *context, const PGresult *notice)
{
    (void)context;
    (void)notice;
}

/* Through all hosts and steps of a connect, until `deadline`.  *late: it passed. */
static bool reach(PGconn *pg, int64_t deadline, bool *late)
{
    PostgresPollingStatusType want = PGRES_POLLING_WRITING;
    *late = false;
    while (want != PGRES_POLLING_OK) {
        struct pollfd wait = {.fd = PQsocket(pg), .events = want == PGRES_POLLING_READING ? POLLIN : POLLOUT};
        int64_t left = deadline - milliseconds();
        if (want == PGRES_POLLING_FAILED || wait.fd < 0)
            return false;
        if (left <= 0 || poll(&wait, 1, (int)left) == 0) {
            *late = true;
            return false;
        }
        want = PQconnectPoll(pg);
    }
    return true;
}

/* Many that lost their server come back, each at a time of its own.  False: it would be too late. */
static bool wait_up_to(int64_t most, int64_t deadline)
{
    uint32_t chance = 0;
    if (getrandom(&chance, sizeof chance, GRND_NONBLOCK) != (ssize_t)sizeof chance)
        chance = (uint32_t)getpid() * 2654435761u;
    const int64_t pause = most / 2 + most * (int64_t)(chance >> 16) / 65536 / 2;
    const struct timespec sleep = {.tv_nsec = (long)pause * 1000000};
    if (milliseconds() + pause > deadline)
        return false;
    nanosleep(&sleep, NULL);
    return true;
}

static enum alm_status connect_once(struct alm_connection *connection, int64_t deadline, struct alm_error *err)
{
    /*
     * What stands before the connection string gives way to it; what stands after it does not.  Left to itself the
     * system takes hours to notice that a line was cut.
     */
    static const char *const words[] = {
        "fallback_application_name", "keepalives_idle", "keepalives_interval", "keepalives_count",
        "tcp_user_timeout",          "dbname",          "client_encoding",     NULL};
    const char *const values[] = {"almoner", "30", "10", "3", "60000", connection->settings->connection, "UTF8", NULL};
    bool late = false;
    PQfinish(connection->pg);
    connection->pg = PQconnectStartParams(words, values, 1);
    if (connection->pg && PQstatus(connection->pg) != CONNECTION_BAD) {
        /* Only so does the server's SQLSTATE come with the message of a connect that fails. */
        PQsetErrorVerbosity(connection->pg, PQERRORS_VERBOSE);
        if (reach(connection->pg, deadline, &late)) {
            PQsetErrorVerbosity(connection->pg, PQERRORS_DEFAULT);
            PQsetNoticeReceiver(connection->pg, ignore_notice, NULL);
            return ALM_OK;
        }
    }
    return postgres_no_connection(connection, late, err);
}

/*
 * Only init makes or changes tables, and one init at a time: the lock goes with the connection.  Who may not make
 * schemas can still bring one up to date.
 */
static enum alm_status prepare_init(struct alm_connection *connection, struct alm_error *err)
{
    const char *schema = connection->settings->schema;
    struct bytes lock = {0}, look = {0}, make = {0};
    char number[64];
    int64_t there = 0;
    char *name = PQescapeLiteral(connection->pg, schema, strlen(schema));
    snprintf(number, sizeof number, "SELECT pg_advisory_lock(%d, hashtext(", LOCK_CLASS);
    bytes_text(&lock, number);
    bytes_text(&lock, name ? name : "");
    bytes_add(&lock, "))", sizeof "))");
    bytes_text(&look, "SELECT COUNT(*) FROM pg_namespace WHERE nspname = ");
    bytes_text(&look, name ? name : "");
    bytes_add(&look, "", 1);
    bytes_text(&make, "CREATE SCHEMA ");
    bytes_identifier(&make, schema);
    bytes_add(&make, "", 1);
    enum alm_status status = name && !lock.failed && !look.failed && !make.failed ? ALM_OK : out_of_memory(err);
    if (status == ALM_OK)
        status = connection_run(connection, lock.at, err);
    if (status == ALM_OK)
        status = connection_number(connection, look.at, &there, err);
    if (status == ALM_OK && there == 0)
        status = connection_run(connection, make.at, err);
    PQfreemem(name);
    free(lock.at);
    free(look.at);
    free(make.at);
    return status;
}

static enum alm_status prepare_session(struct alm_connection *connection, struct alm_error *err)
{
    const struct settings *settings = connection->settings;
    struct bytes sql = {0};
    char number[200];
    if (PQserverVersion(connection->pg) < SERVER_OLDEST)
        return alm_fail(err, ALM_UNAVAILABLE, "let the server's administrator upgrade it",
                        "the PostgreSQL server is version %s; almoner needs %d or later",
                        PQparameterStatus(connection->pg, "server_version"), SERVER_OLDEST / 10000);
    const char *encoding = PQparameterStatus(connection->pg, "server_encoding");
    if (!encoding || strcmp(encoding, "UTF8") != 0)
        return alm_fail(err, ALM_UNAVAILABLE, "make another one: createdb -T template0 -E UTF8 NAME",
                        "the database %s keeps its text as %s; almoner needs UTF8", PQdb(connection->pg),
                        encoding ? encoding : "?");
    /* Only our own schema is looked into: nobody can slip a table or function of theirs under ours. */
    bytes_text(&sql, "SET search_path = ");
    bytes_identifier(&sql, settings->schema);
    snprintf(number, sizeof number,
             ", pg_temp; SET lock_timeout = %lld; SET statement_timeout = %lld; SET jit = off;"
             "SET default_transaction_isolation = 'read committed'; SET synchronous_commit = on;",
             (long long)settings->lock_timeout * 1000, (long long)settings->statement_timeout * 1000);
    bytes_text(&sql, number);
    /* What a schema that is closed to us holds looks as if it were not there. */
    bytes_text(&sql, "SELECT COUNT(*) FROM pg_namespace WHERE NOT has_schema_privilege(oid, 'USAGE') AND nspname = ");
    char *name = PQescapeLiteral(connection->pg, settings->schema, strlen(settings->schema));
    bytes_text(&sql, name ? name : "");
    bytes_add(&sql, "", 1);
    int64_t closed = 0;
    enum alm_status status =
        name && !sql.failed ? connection_number(connection, sql.at, &closed, err) : out_of_memory(err);
    PQfreemem(name);
    free(sql.at);
    if (status == ALM_OK && closed)
        status =
            alm_fail(err, ALM_NO_PERMISSION, "let its owner GRANT USAGE ON SCHEMA, and what is needed of its tables",
                     "the user %s may not use the schema %s", PQuser(connection->pg), settings->schema);
    return status == ALM_OK && connection->create ? prepare_init(connection, err) : status;
}

enum alm_status connection_open(struct alm_connection *connection, struct alm_error *err)
{
    const int64_t deadline = milliseconds() + connection->settings->connect_timeout * 1000;
    enum alm_status status;
    connection->generation++;
    connection->n_dead = 0; /* they died with the server's process */
    connection->aborted = false;
    connection->streaming = NULL;
    connection->plans = PLANS_UNKNOWN;
    connection->n_pending = 0;
    for (int64_t most = PAUSE_LEAST;; most = most < PAUSE_MOST ? most * 2 : most) {
        connection->again = false;
        status = connect_once(connection, deadline, err);
        if (status == ALM_OK)
            status = prepare_session(connection, err);
        /* A server that starts, shuts down or has no place just now may let us in soon, and so may one that did before.
         */
        if (status == ALM_OK || !connection->again || !wait_up_to(most, deadline))
            break;
    }
    connection->again = false; /* it was tried for long enough */
    if (status != ALM_OK)
        return status;
    connection->reached = true;
    /* A standby lets nobody write, and says so on connecting. */
    const char *hot = PQparameterStatus(connection->pg, "in_hot_standby");
    connection->read_only = connection->read_only || (hot && strcmp(hot, "on") == 0);
    return ALM_OK;
}

bool connection_lost(const struct alm_connection *connection)
{
    return PQstatus(connection->pg) == CONNECTION_BAD;
}

enum alm_status connection_mend(struct alm_connection *connection, struct alm_error *err)
{
    return connection_lost(connection) && !connection->in_transaction ? connection_open(connection, err) : ALM_OK;
}

/* ---- using it ---- */

/* Await the answers of all writes that are on their way; the first failure is told. */
static enum alm_status take_answers(struct alm_connection *connection, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    const size_t n = connection->n_pending;
    connection->n_pending = 0;
    PQpipelineSync(connection->pg);
    for (size_t i = 0; i < n && !connection_lost(connection); i++) {
        PGresult *result = PQgetResult(connection->pg);
        ExecStatusType answer = PQresultStatus(result);
        /* What comes after a failure is not even tried. */
        if (status == ALM_OK && answer != PGRES_COMMAND_OK) {
            const char *table = PQresultErrorField(result, PG_DIAG_TABLE_NAME);
            status = postgres_fail(connection, result, table ? table : "", err);
        }
        while (result) {
            PQclear(result);
            result = PQgetResult(connection->pg);
        }
    }
    if (connection_lost(connection))
        return status == ALM_OK ? postgres_fail(connection, NULL, "", err) : status;
    PQclear(PQgetResult(connection->pg)); /* the end of the pipeline */
    PQexitPipelineMode(connection->pg);
    return status;
}

enum alm_status connection_ready(struct alm_connection *connection, struct alm_error *err)
{
    struct alm_statement *streaming = connection->streaming;
    connection->streaming = NULL;
    if (connection->n_pending)
        return take_answers(connection, err);
    return streaming ? statement_set_aside(streaming, err) : ALM_OK;
}

enum alm_status connection_pend(struct alm_connection *connection, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    if (connection->streaming || connection->n_pending == PENDING_MOST)
        status = connection_ready(connection, err);
    if (status == ALM_OK && connection->n_pending == 0 && !PQenterPipelineMode(connection->pg))
        status = postgres_fail(connection, NULL, "", err);
    connection->n_pending += status == ALM_OK;
    return status;
}

enum alm_status connection_run(struct alm_connection *connection, const char *sql, struct alm_error *err)
{
    enum alm_status status = connection_ready(connection, err);
    if (status != ALM_OK)
        return status;
    PGresult *result = PQexec(connection->pg, sql);
    ExecStatusType answer = PQresultStatus(result);
    if (answer != PGRES_COMMAND_OK && answer != PGRES_TUPLES_OK && answer != PGRES_EMPTY_QUERY)
        status = postgres_fail(connection, result, "", err);
    PQclear(result);
    return status;
}

enum alm_status connection_number(struct alm_connection *connection, const char *sql, int64_t *number,
                                  struct alm_error *err)
{
    enum alm_status status = connection_ready(connection, err);
    if (status != ALM_OK)
        return status;
    PGresult *result = PQexec(connection->pg, sql);
    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        status = postgres_fail(connection, result, "", err);
    else if (PQntuples(result) > 0 && !PQgetisnull(result, 0, 0))
        *number = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
    PQclear(result);
    return status;
}
