#!/bin/sh
# One of the two proxies: proxy.sh start|stop|reload 1|2. What systemd does for the service.
set -eu
number=$2
case $1 in
start)
    FRONTDESK__LISTEN=127.0.0.1:810$number FRONTDESK__METRICS_LISTEN=127.0.0.1:910$number FRONTDESK__SPOOL=files-$number \
        nohup ./frontdesk serve --config desk.toml < /dev/null > /dev/null 2>> log/proxy-$number.log &
    echo $! > proxy-$number.pid
    curl --retry 30 --retry-delay 1 --retry-connrefused -fs -o /dev/null http://127.0.0.1:810$number/readyz
    echo "proxy $number serves"
    ;;
stop)
    # It finishes what is under way: 30 s at most.
    kill "$(cat proxy-$number.pid)"
    while kill -0 "$(cat proxy-$number.pid)" 2> /dev/null; do sleep 0.2; done
    rm proxy-$number.pid
    echo "proxy $number has ended"
    ;;
reload)
    kill -HUP "$(cat proxy-$number.pid)"
    ;;
*)
    echo "proxy.sh start|stop|reload 1|2" >&2
    exit 2
    ;;
esac
