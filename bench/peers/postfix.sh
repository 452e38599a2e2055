#!/bin/sh
# Debian's Postfix as an instance of its own in HOME: listens on 127.0.0.1:PORT, queues durably, then discards.
# usage: postfix.sh start|stop HOME PORT    (needs root)
set -eu
what=$1 home=$2 port=$3
[ -x /usr/sbin/postfix ] || DEBIAN_FRONTEND=noninteractive apt-get install -qq -y postfix >/dev/null
if [ "$what" = stop ]; then
    exec postfix -c "$home" stop
fi
mkdir -p "$home/queue" "$home/data"
chmod 755 "$home"
chown postfix "$home/data"
cat >"$home/main.cf" <<EOF
compatibility_level = 3.6
queue_directory = $home/queue
data_directory = $home/data
mail_owner = postfix
myhostname = peer.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
default_transport = discard
relay_transport = discard
local_transport = discard
message_size_limit = 52428800
smtpd_client_connection_count_limit = 0
maillog_file = $home/mail.log
maillog_file_prefixes = $home
EOF
sed "s/^smtp  *inet .*/$port inet n - n - - smtpd/; s/^\([a-z][^ ]* *unix *[^ ]* *[^ ]* *\)y/\1n/" /usr/share/postfix/master.cf.dist >"$home/master.cf"
grep -q '^postlog' "$home/master.cf" || echo 'postlog unix-dgram n - n - 1 postlogd' >>"$home/master.cf"
exec postfix -c "$home" start
