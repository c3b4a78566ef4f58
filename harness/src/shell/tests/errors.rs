//! Errors in PowerShell's layout.

use super::check;

#[test]
fn an_unknown_command() {
    check(
        "foo",
        "foo : The term 'foo' is not recognized as the name of a cmdlet, function, script file, or operable program. \
         Check the spelling of the name, or if a path was included, verify that the path is correct and try again.\n\
         At line:1 char:1\n\
         + foo\n\
         + ~~~\n    \
         + CategoryInfo          : ObjectNotFound: (foo:String) [], CommandNotFoundException\n    \
         + FullyQualifiedErrorId : CommandNotFoundException\n",
    );
}

#[test]
fn an_unknown_parameter_with_a_near_miss() {
    check(
        "'x'\nSet-ReceiveConnector x -TlsCertificatName y",
        "x\n\
         Set-ReceiveConnector : A parameter cannot be found that matches parameter name 'TlsCertificatName'.\n\
         At line:2 char:24\n\
         + Set-ReceiveConnector x -TlsCertificatName y\n\
         +                        ~~~~~~~~~~~~~~~~~~\n    \
         + CategoryInfo          : InvalidArgument: (:) [Set-ReceiveConnector], ParameterBindingException\n    \
         + FullyQualifiedErrorId : NamedParameterNotFound,Set-ReceiveConnector\n\
         hint: did you mean `-TlsCertificateName`?\n",
    );
}

#[test]
fn a_parameter_of_powershells_own_cmdlet() {
    check(
        "'x' | ft -Foo",
        "Format-Table : A parameter cannot be found that matches parameter name 'Foo'.\n\
         At line:1 char:10\n\
         + 'x' | ft -Foo\n\
         +          ~~~~\n    \
         + CategoryInfo          : InvalidArgument: (:) [Format-Table], ParameterBindingException\n    \
         + FullyQualifiedErrorId : NamedParameterNotFound,Microsoft.PowerShell.Commands.FormatTableCommand\n",
    );
}

#[test]
fn a_long_exception_loses_its_middle() {
    let (printed, _) = super::played("Set-ReceiveConnector x -Enabled yes");
    assert!(
        printed.contains(
            "    + CategoryInfo          : InvalidData: (:) [Set-ReceiveConnector], \
             ParameterBindin...mationException\n    \
             + FullyQualifiedErrorId : ParameterArgumentTransformationError,Set-ReceiveConnector"
        ),
        "{printed}"
    );
}

#[test]
fn what_cannot_be_read_is_shown_before_its_sentence() {
    check(
        "Get-Queue)",
        "At line:1 char:10\n\
         + Get-Queue)\n\
         +          ~\n\
         Unexpected token ')' in expression or statement.\n    \
         + CategoryInfo          : ParserError: (:) [], ParentContainsErrorRecordException\n    \
         + FullyQualifiedErrorId : UnexpectedToken\n",
    );
    check(
        "$x = \"abc",
        "At line:1 char:6\n\
         + $x = \"abc\n\
         +      ~\n\
         The string is missing the terminator: \".\n    \
         + CategoryInfo          : ParserError: (:) [], ParentContainsErrorRecordException\n    \
         + FullyQualifiedErrorId : TerminatorExpectedAtEndOfString\n",
    );
}

#[test]
fn an_expression_on_nothing() {
    check(
        "$x[0]; $x.Trim()",
        "Cannot index into a null array.\n\
         At line:1 char:1\n\
         + $x[0]; $x.Trim()\n\
         + ~~~~~\n    \
         + CategoryInfo          : InvalidOperation: (:) [], RuntimeException\n    \
         + FullyQualifiedErrorId : NullArray\n\n\
         You cannot call a method on a null-valued expression.\n\
         At line:1 char:8\n\
         + $x[0]; $x.Trim()\n\
         +        ~~~~~~~~~\n    \
         + CategoryInfo          : InvalidOperation: (:) [], RuntimeException\n    \
         + FullyQualifiedErrorId : InvokeMethodOnNull\n",
    );
}

#[test]
fn a_command_that_is_nearly_one_is_hinted_at() {
    let (printed, _) = super::played("Get-Quee");
    assert!(
        printed.ends_with("hint: did you mean `Get-Queue`?\n"),
        "{printed}"
    );
}
