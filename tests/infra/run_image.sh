# Run the service in the file system of an image, as a container engine would: read-only, as another user than root,
# without rights, and with a network of its own. The first word is the folder of the image's files.
set -eu
root="$1"
ip link set lo up
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/tmp"
mount -t tmpfs -o uid=10001,gid=10001,mode=0700 tmpfs "$root/var/lib/keepopen"

in_image() {
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin VAR_DIR=/var/lib/keepopen PYTHONDONTWRITEBYTECODE=1 \
    PUBLIC_URL=http://127.0.0.1:8000 SECRET_KEYS=a-key-of-the-tests-a-key-of-the-tests \
    STRIPE_API_KEY=sk_test_of_the_tests STRIPE_WEBHOOK_SECRETS=whsec_of_the_tests \
    chroot "$root" setpriv --reuid 10001 --regid 10001 --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all \
    sh -c 'cd /opt/keepopen && exec "$@"' sh "$@"
}

in_image sh -c 'touch written 2>/dev/null && echo the image can be written; id -u'
in_image sh role.sh health || echo refused before the start
in_image sh role.sh migrate
in_image sh role.sh web &
for second in $(seq 60); do
  sleep 1
  in_image sh role.sh health >/dev/null && break
done
in_image sh role.sh health && echo healthy
in_image sh role.sh worker --drain && echo worked
in_image .venv/bin/python -I -c 'from urllib.request import urlopen; print(urlopen("http://127.0.0.1:8000/readyz").read())'
