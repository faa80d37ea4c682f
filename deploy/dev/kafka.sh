# Brings the Apache Kafka of kafka/pom.xml into a cache folder. Sourced after common.sh.
# shellcheck shell=bash

# The folder that testkit looks into: it appears whole, by a rename, and holds the list that it was made from.
need_kafka() {
    if [ -n "${KAFKA_HOME:-}" ]; then
        say "Kafka is the one in $KAFKA_HOME (KAFKA_HOME)"
        return 0
    fi
    local pom=$HOUSE/deploy/dev/kafka/pom.xml caches=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/signalbox
    local version home
    version=$(sed -n 's:.*<kafka\.version>\(.*\)</kafka\.version>.*:\1:p' "$pom")
    home=$caches/kafka-$version
    kafka_is_whole "$pom" "$home" && return 0
    mkdir -p "$caches"
    # One at a time; whoever waited finds it done.
    (
        flock 9
        kafka_is_whole "$pom" "$home" || kafka_fetch "$pom" "$home" "$version"
    ) 9>"$caches/lock"
}

kafka_is_whole() {
    cmp -s "$1" "$2/pom.xml"
}

kafka_fetch() {
    local pom=$1 home=$2 version=$3 part
    say "fetching Apache Kafka $version into $home"
    # What a killed fetch left; nobody else is at it, the lock is ours.
    rm -rf "$home".part.*
    part=$(mktemp -d "$home.part.XXXXXX")
    # Maven makes no target folder beside the pom as long as it only copies.
    if ! MAVEN_OPTS="-XX:-UsePerfData ${MAVEN_OPTS:-}" mvn -q -B -Dstyle.color=never -f "$pom" dependency:copy-dependencies \
        -DincludeScope=runtime -DoutputDirectory="$part/lib" >&2 9>&-; then
        rm -rf "$part"
        fail "Maven could not fetch Apache Kafka $version; without a network, set KAFKA_HOME to a distribution of it"
    fi
    cp "$pom" "$part/pom.xml"
    rm -rf "$home"
    mv -T "$part" "$home"
}
