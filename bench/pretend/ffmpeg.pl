#!/usr/bin/perl
# Stands in for ffmpeg where only what surrounds it is measured: it decodes and encodes nothing. Called as the server
# calls ffmpeg, it is
#   an intake   grey frames of every size in its filter, and silence, on the pipes it is told, in real time;
#   an encoder  for each raw unit it reads, the next fragment of a recording that lies beside it.
# Anything else is left to the ffmpeg that is installed. Needs what every Debian has: perl-base.
use strict;
use warnings;
use File::Basename qw(dirname);

my $line = join ' ', @ARGV;
my $here = dirname($0);
if ($line =~ /-re -f lavfi .*pipe:3/) { intake() }
elsif ($line =~ /-f rawvideo .*-video_size (\d+)x(\d+) .*-i pipe:0 .*libx264/) { encoder("$1x$2", $1 * $2 * 3 / 2) }
elsif ($line =~ /-f s16le .*-i pipe:0 .*-c:a aac/) { encoder('audio', 1024 * 4) }
else { $ENV{PATH} = '/usr/local/bin:/usr/bin:/bin'; exec 'ffmpeg', @ARGV }

sub intake {
  my ($rate) = $line =~ /fps=fps=(\d+)/ or die 'no whole frame rate';
  my @outputs;
  while ($line =~ /scale=(\d+):(\d+)/g) { push @outputs, chr(16) x ($1 * $2) . chr(128) x ($1 * $2 / 2) }
  push @outputs, "\0" x (48000 / $rate * 4) if $line =~ /pcm_s16le/;
  my @pipes = map { open my $pipe, '>&=', 3 + $_ or die "fd @{[3 + $_]}: $!"; $pipe } 0 .. $#outputs;
  my $began = uptime();
  for (my $frame = 1; ; $frame++) {
    my $early = $began + $frame / $rate - uptime();
    select undef, undef, undef, $early if $early > 0;
    put($pipes[$_], $outputs[$_]) for 0 .. $#outputs;
  }
}

sub encoder {
  my ($name, $unit_bytes) = @_;
  my ($header, @fragments) = recording("$here/$name.mp4");
  for (my $unit = 0; take($unit_bytes); $unit++) {
    put(\*STDOUT, $header) if $unit == 0;
    put(\*STDOUT, $fragments[$unit % @fragments]);
  }
}

# What precedes the first moof, and then every moof with its mdat.
sub recording {
  my ($file) = @_;
  open my $in, '<:raw', $file or die "$file: $!";
  my @parts = ('');
  while (read $in, my $head, 8) {
    my ($size, $type) = unpack 'N a4', $head;
    read $in, my $body, $size - 8;
    push @parts, '' if $type eq 'moof';
    $parts[-1] .= $head . $body;
  }
  return @parts;
}

sub take {
  my ($bytes) = @_;
  while ($bytes > 0) { $bytes -= sysread(STDIN, my $some, $bytes) || return 0 }
  return 1;
}

sub put {
  my ($pipe, $bytes) = @_;
  for (my $from = 0; $from < length $bytes;) { $from += syswrite($pipe, $bytes, length($bytes) - $from, $from) // exit 0 }
}

# Seconds, to a hundredth.
sub uptime {
  open my $in, '<', '/proc/uptime' or die "/proc/uptime: $!";
  return (split ' ', <$in>)[0];
}
