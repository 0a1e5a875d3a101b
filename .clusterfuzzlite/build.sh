#!/bin/bash -eu
# What ClusterFuzzLite and OSS-Fuzz run in their container to build the targets.
exec fuzz/libfuzzer/build.sh
