# Man pages from the help of a program, as swift-argument-parser dumps it in JSON: one page for the
# program, and in section 1 one for each of its commands.
#   PROGRAM --experimental-dump-help | perl manual.pl SECTION FOLDER
use strict;
use warnings;
use utf8;
use JSON::PP;

my ($section, $folder) = @ARGV;
local $/;
my $command = JSON::PP->new->decode(scalar <STDIN>)->{command};
my $program = $command->{commandName};
my @commands = grep { $_->{shouldDisplay} && $_->{commandName} ne 'help' }
  @{ $command->{subcommands} // [] };

# Words of a person as words of roff: no line begins with a request, no hyphen is a minus.
sub words {
  my ($text) = @_;
  $text //= '';
  $text =~ s/\\/\\e/g;
  $text =~ s/-/\\-/g;
  $text =~ s/^([.'])/\\&$1/gm;
  $text =~ s/’|‘/'/g;
  return $text;
}

# Paragraphs; indented lines and lists stay as they are.
sub paragraphs {
  my ($text) = @_;
  my $out = '';
  for my $part (split /\n{2,}/, $text // '') {
    if ($part =~ /^  /) { $out .= ".PP\n.nf\n.RS 2\n" . words($part) . "\n.RE\n.fi\n" }
    else { $out .= ".PP\n" . words($part) . "\n" }
  }
  return $out;
}

sub spelled {
  my ($name) = @_;
  return ($name->{kind} eq 'long' ? '--' : '-') . $name->{name};
}

# What stands for a value, told from a word in plain text too.
sub placeholder { return "\\fI<" . words($_[0]->{valueName}) . ">\\fR" }

# An argument as it stands in a synopsis.
sub synopsis {
  my ($argument) = @_;
  my $value = placeholder($argument);
  my $text = $value;
  if ($argument->{kind} ne 'positional') {
    $text = "\\fB" . words(spelled($argument->{preferredName})) . "\\fR";
    $text .= " $value" if $argument->{kind} eq 'option';
  }
  $text .= ' ...' if $argument->{isRepeating};
  return $argument->{isOptional} ? "[$text]" : $text;
}

# The options that every command has mean the same in each: one of their names alone does not make one.
my %common = map { $_->{preferredName}{name} => $_->{abstract} }
  grep { $_->{kind} ne 'positional' && $_->{preferredName}{name} =~ /^(?:version|help)$/
    || $section ne '8' && $_->{kind} ne 'positional'
    && $_->{preferredName}{name} =~ /^(?:socket|timeout|json)$/ }
  @{ $commands[0]{arguments} // [] };

sub isCommon {
  my ($argument) = @_;
  return if $argument->{kind} eq 'positional';
  my $abstract = $common{ $argument->{preferredName}{name} };
  return defined $abstract && $abstract eq $argument->{abstract};
}

# Help and version are no part of how a command is called.
sub isHelp {
  my ($argument) = @_;
  return isCommon($argument) && $argument->{preferredName}{name} =~ /^(?:version|help)$/;
}

sub shown { return grep { $_->{shouldDisplay} } @{ $_[0]->{arguments} // [] } }

sub options {
  my ($c, $withCommon) = @_;
  my $out = '';
  for my $argument (shown($c)) {
    my $isCommon = isCommon($argument);
    next if $isCommon && !$withCommon;
    my $names = $argument->{kind} eq 'positional'
      ? placeholder($argument)
      : join(', ', map { "\\fB" . words(spelled($_)) . "\\fR" } @{ $argument->{names} });
    $names .= ' ' . placeholder($argument) if $argument->{kind} eq 'option';
    my $default = defined $argument->{defaultValue} ? " Default: $argument->{defaultValue}." : '';
    $out .= ".TP\n$names\n" . words(($argument->{abstract} // '') . $default) . "\n";
  }
  return $out;
}

# How a command is called, a line for each of those below it.
sub calls {
  my ($path, $c) = @_;
  my @below = grep { $_->{shouldDisplay} } @{ $c->{subcommands} // [] };
  return map { calls("$path $_->{commandName}", $_) } @below if @below;
  return ".HP\n\\fB" . words($path) . "\\fR "
    . join(' ', map { synopsis($_) } grep { !isHelp($_) } shown($c)) . "\n";
}

# A command with the commands below it, each with its own synopsis and options.
sub section_of {
  my ($path, $c, $heading) = @_;
  my @below = grep { $_->{shouldDisplay} } @{ $c->{subcommands} // [] };
  my $out = '';
  if (!@below) {
    my @arguments = grep { !isCommon($_) } shown($c);
    if ($heading) {
      $out .= ".SS " . words($path) . "\n" . words($c->{abstract}) . "\n";
      $out .= ".PP\n\\fB" . words($path) . "\\fR " . join(' ', map { synopsis($_) } @arguments) . "\n";
    }
    $out .= paragraphs($c->{discussion}) . options($c, 0);
  } else {
    $out .= ".SS " . words($path) . "\n" if $heading;
    $out .= ".PP\n" . words($c->{abstract}) . "\n" if $heading;
    $out .= paragraphs($c->{discussion});
    $out .= section_of("$path $_->{commandName}", $_, 1) for @below;
  }
  return $out;
}

sub page {
  my ($name, $abstract, $body) = @_;
  my $title = uc $name;
  (my $brief = $abstract) =~ s/\.$//;
  open my $file, '>:encoding(UTF-8)', "$folder/$name.$section" or die "$folder/$name.$section: $!\n";
  print {$file} ".TH \"" . words($title) . "\" $section \"\" LabSync LabSync\n.nh\n.ad l\n.SH NAME\n"
    . words($name) . " \\- " . words(lcfirst $brief) . "\n$body";
  close $file or die "$folder/$name.$section: $!\n";
}

my $files = ".SH FILES\n.TP\n.I /etc/labsync/lab.yaml, /etc/labsync/online.yaml\n"
  . "The configuration, with a comment for every setting.\n.TP\n.I /var/lib/labsync\n"
  . "The store, the keys, and on the online side the keys of those who may come in.\n.TP\n"
  . ".I /run/labsync/control.sock\nWhere labctl asks. Members of the group labsync may.\n.TP\n"
  . ".I /usr/share/doc/labsync/RUNBOOK.md\nWhat to do when.\n";

if ($section eq '8') {
  my $body = ".SH SYNOPSIS\n" . join('', map { calls("$program $_->{commandName}", $_) } @commands)
    . ".SH DESCRIPTION\n" . paragraphs($command->{abstract}) . paragraphs($command->{discussion}) . ".SH COMMANDS\n";
  $body .= section_of("$program $_->{commandName}", $_, 1) for @commands;
  $body .= ".SH SIGNALS\n.TP\n.B SIGTERM\nFinishes the transaction in hand, says goodbye to the "
    . "other side, and ends.\n.TP\n.B SIGHUP\nReads the authorized keys again.\n.TP\n.B SIGUSR1\n"
    . "Connects at once.\n$files.SH SEE ALSO\n.BR labctl (1),\n.BR systemctl (1)\n";
  page($program, $command->{abstract}, $body);
  exit;
}

my $list = '';
$list .= ".TP\n.BR $program\\-" . words($_->{commandName}) . " ($section)\n" . words($_->{abstract}) . "\n"
  for @commands;
page($program, $command->{abstract},
  ".SH SYNOPSIS\n\\fB$program\\fR \\fI<command>\\fR [\\fI<options>\\fR]\n.SH DESCRIPTION\n"
    . paragraphs($command->{abstract}) . paragraphs($command->{discussion})
    . ".SH COMMANDS\n$list.SH OPTIONS OF EVERY COMMAND\n"
    . options($commands[0], 1) =~ s/\.TP\n\\fB\\-\\-(watch|check).*?(?=\.TP)//gsr
    . ".SH ENVIRONMENT\n.TP\n.B LABSYNC_SOCKET\nThe control socket, where it is not said.\n.TP\n"
    . ".B NO_COLOR\nAny value: no colour.\n$files.SH SEE ALSO\n.BR labsyncd (8)\n");
for my $c (@commands) {
  my $name = "$program-$c->{commandName}";
  page($name, $c->{abstract},
    ".SH SYNOPSIS\n" . join('', calls("$program $c->{commandName}", $c)) . ".SH DESCRIPTION\n"
      . words($c->{abstract}) . "\n" . section_of("$program $c->{commandName}", $c, 0)
      . ".PP\nThe options of every command and the exit statuses are in\n.BR $program ($section).\n"
      . ".SH SEE ALSO\n.BR $program ($section)\n");
}
