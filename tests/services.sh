#!/usr/bin/env bash
# PostgreSQL, NATS, Redis and RabbitMQ for tests: private instances on free loopback ports with their own data folders.
#
#   eval "$(tests/services.sh start)"              all four, and Chromium; installs from Debian's what is missing
#   eval "$(tests/services.sh start postgresql)"   one of postgresql, nats, redis, rabbitmq, chromium
#   tests/services.sh stop                         stops them and removes their data
#
# `start` is idempotent: what runs is left alone, and what was killed comes back on its port with its data.
# MINQING_SERVICES names another folder for them than the one of this checkout.
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
data=${MINQING_SERVICES:-${TMPDIR:-/tmp}/minqing-services-$(id -u)-$(printf %s "$here" | cksum | cut -d' ' -f1)}
all="postgresql nats redis rabbitmq"
PATH=$PATH:/usr/sbin:/usr/lib/rabbitmq/bin:$(echo /usr/lib/postgresql/*/bin | tr ' ' :)

fail() {
    echo "tests/services.sh: $*" >&2
    exit 1
}

# install COMMAND PACKAGE: Debian's package where the command is missing; nothing of it is started.
install() {
    command -v "$1" >/dev/null && return
    local as=""
    [ "$(id -u)" = 0 ] || as="sudo -n"
    command -v apt-get >/dev/null || fail "$1 is missing; install $2"
    echo "installing $2" >&2
    local policy=""
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        policy=/usr/sbin/policy-rc.d
        printf '#!/bin/sh\nexit 101\n' | $as tee "$policy" >/dev/null
        $as chmod +x "$policy"
    fi
    [ -e "$data/apt-updated" ] || { $as apt-get -qq update >&2 && touch "$data/apt-updated"; }
    DEBIAN_FRONTEND=noninteractive $as apt-get -qq -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$2" >"$data/apt.log" 2>&1 ||
        { cat "$data/apt.log" >&2; fail "$2 cannot be installed"; }
    [ -z "$policy" ] || $as rm -f "$policy"
    PATH=$PATH:$(echo /usr/lib/postgresql/*/bin | tr ' ' :)
    command -v "$1" >/dev/null || fail "$1 is missing after installing $2"
}

# port NAME: the service's port, the same as long as its data lives.
port() {
    [ -s "$data/$1.port" ] ||
        python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' >"$data/$1.port"
    cat "$data/$1.port"
}

# running NAME: a killed process that nobody has waited for yet does not run.
running() {
    [ -s "$data/$1.pid" ] && grep -qs "^State:.[^Z]" "/proc/$(head -1 "$data/$1.pid")/status"
}

# await NAME: until the port answers.
await() {
    for _ in $(seq 300); do
        (exec 3<>"/dev/tcp/127.0.0.1/$(port "$1")") 2>/dev/null && return
        sleep 0.2
    done
    tail -20 "$data/$1.log" >&2
    fail "$1 does not answer on port $(port "$1")"
}

# PostgreSQL refuses to run as root; then it runs as the account that its package made.
as_postgres() {
    if [ "$(id -u)" = 0 ]; then
        setpriv --reuid=postgres --regid=postgres --clear-groups "$@"
    else
        "$@"
    fi
}

start_postgresql() {
    install initdb postgresql
    local folder=$data/postgresql
    if [ ! -s "$folder/PG_VERSION" ]; then
        mkdir -p "$folder"
        [ "$(id -u)" != 0 ] || chown postgres "$folder"
        (cd "$folder" && as_postgres initdb -D "$folder" -U minqing -A trust -E UTF8 --locale=C.UTF-8 >"$data/initdb.log") ||
            fail "initdb failed, see $data/initdb.log"
    fi
    rm -f "$folder/postmaster.pid"
    # Data outlive a killed server without fsync; only a power cut would lose them.
    (cd "$folder" && as_postgres pg_ctl -D "$folder" -w -t 120 -l "$folder/log" start \
        -o "-p $(port postgresql) -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off" >/dev/null) ||
        { tail -20 "$folder/log" >&2; fail "PostgreSQL does not start"; }
    ln -sf postgresql/postmaster.pid "$data/postgresql.pid"
    psql -qh 127.0.0.1 -p "$(port postgresql)" -U minqing -tc "SELECT 1 FROM pg_database WHERE datname = 'minqing'" postgres |
        grep -q 1 || createdb -h 127.0.0.1 -p "$(port postgresql)" -U minqing minqing
}

start_nats() {
    install nats-server nats-server
    # Chosen before the server goes to the background, or it and `await` would each choose one.
    port nats >/dev/null
    nats-server -js -sd "$data/nats" -a 127.0.0.1 -p "$(port nats)" -P "$data/nats.pid" -l "$data/nats.log" </dev/null >/dev/null 2>&1 &
    await nats
}

start_redis() {
    install redis-server redis-server
    mkdir -p "$data/redis"
    redis-server --bind 127.0.0.1 --port "$(port redis)" --dir "$data/redis" --appendonly yes --daemonize yes \
        --pidfile "$data/redis.pid" --logfile "$data/redis.log" >/dev/null
    await redis
}

rabbitmq() {
    local tool=$1
    shift
    HOME=$data/rabbitmq RABBITMQ_NODENAME=minqing$(port rabbitmq)@localhost RABBITMQ_BASE=$data/rabbitmq \
        RABBITMQ_CONF_ENV_FILE=/dev/null RABBITMQ_CONFIG_FILE=$data/rabbitmq/rabbitmq.conf \
        RABBITMQ_ENABLED_PLUGINS_FILE=$data/rabbitmq/plugins RABBITMQ_MNESIA_BASE=$data/rabbitmq/mnesia \
        RABBITMQ_LOG_BASE=$data/rabbitmq/log RABBITMQ_PID_FILE=$data/rabbitmq.pid \
        RABBITMQ_DIST_PORT=$(port rabbitmq-dist) ERL_EPMD_PORT=$(port rabbitmq-epmd) ERL_EPMD_ADDRESS=127.0.0.1 \
        "$tool" "$@"
}

start_rabbitmq() {
    install rabbitmq-server rabbitmq-server
    mkdir -p "$data/rabbitmq"
    echo "listeners.tcp.1 = 127.0.0.1:$(port rabbitmq)" >"$data/rabbitmq/rabbitmq.conf"
    echo "[]." >"$data/rabbitmq/plugins"
    rabbitmq /usr/lib/rabbitmq/bin/rabbitmq-server </dev/null >"$data/rabbitmq.log" 2>&1 &
    await rabbitmq
}

url() {
    case $1 in
    postgresql) echo "postgresql+psycopg://minqing@127.0.0.1:$(port "$1")/minqing" ;;
    nats) echo "nats://127.0.0.1:$(port "$1")" ;;
    redis) echo "redis://127.0.0.1:$(port "$1")" ;;
    rabbitmq) echo "amqp://guest:guest@127.0.0.1:$(port "$1")/" ;;
    esac
}

case ${1:-} in
start)
    shift
    umask 022
    mkdir -p "$data"
    for name in ${*:-$all chromium}; do
        if [ "$name" = chromium ]; then
            install chromium chromium
            echo "export MINQING_CHROMIUM=$(command -v chromium)"
            continue
        fi
        case " $all " in *" $name "*) ;; *) fail "no service $name; there are $all" ;; esac
        running "$name" || "start_$name"
        echo "export MINQING_${name^^}_URL=$(url "$name")"
    done
    ;;
stop)
    [ -d "$data" ] || exit 0
    for name in $all; do
        if running "$name"; then
            pid=$(head -1 "$data/$name.pid")
            kill -INT "$pid"
            [ "$name" != rabbitmq ] || kill -TERM "$pid"
            while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
        fi
    done
    [ ! -s "$data/rabbitmq-epmd.port" ] || epmd -port "$(port rabbitmq-epmd)" -kill >/dev/null 2>&1 || true
    rm -rf "$data"
    ;;
*) fail "usage: tests/services.sh start [NAME...] | stop" ;;
esac
