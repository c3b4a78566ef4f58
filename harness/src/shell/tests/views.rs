//! Lists and tables.

use super::{check, played};

#[test]
fn a_list_has_its_names_aligned() {
    check(
        "Get-ReceiveConnector 'EX01\\Client Proxy' | fl",
        "\n\nIdentity              : EX01\\Client Proxy\n\
         Name                  : Client Proxy\n\
         Bindings              : {0.0.0.0:25, [::]:25}\n\
         ConnectionTimeout     : 00:10:00\n\
         Enabled               : True\n\
         Fqdn                  : ex01.contoso.test\n\
         TlsCertificateName    :\n\
         TlsDomainCapabilities : {}\n\n\n",
    );
}

#[test]
fn properties_are_chosen_by_names_and_wildcards() {
    check(
        "Get-ReceiveConnector | fl name,*Tls*,Fqdn,Nothing",
        "\n\nName                  : Default Frontend EX01\n\
         TlsCertificateName    : <I>CN=CA<S>CN=mx.contoso.test\n\
         TlsDomainCapabilities : {}\n\
         Fqdn                  : ex01.contoso.test\n\n\
         Name                  : Client Proxy\n\
         TlsCertificateName    :\n\
         TlsDomainCapabilities : {}\n\
         Fqdn                  : ex01.contoso.test\n\n\n",
    );
}

#[test]
fn a_long_value_goes_on_under_itself() {
    let (printed, _) = played("1 | select @{n='Text';e={'word ' * 40}} | fl");
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(
        lines[2],
        format!("Text : {}", "word ".repeat(22).trim_end())
    );
    assert_eq!(
        lines[3],
        format!("       {}", "word ".repeat(18).trim_end())
    );
}

#[test]
fn a_list_of_many_values_ends_in_dots() {
    check(
        "1 | select @{n='a';e={,(1..17)}} | fl",
        "\n\na : {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16...}\n\n\n",
    );
}

#[test]
fn a_kind_has_its_own_table() {
    check(
        "Get-Queue",
        "\nIdentity     Status   MessageCount NextHopDomain\n\
         --------     ------   ------------ -------------\n\
         EX01\\3       Retry              12 contoso.mail.onmicrosoft.com\n\
         EX01\\4       Ready               0 fabrikam.test\n\n",
    );
    check(
        "Get-ReceiveConnector | select -First 1",
        "\nIdentity                               Bindings                               Enabled\n\
         --------                               --------                               -------\n\
         EX01\\Default Frontend EX01             {0.0.0.0:25, [::]:25}                  True\n\n",
    );
}

#[test]
fn a_table_of_chosen_columns_has_the_width_that_it_needs() {
    check(
        "Get-Queue | ft Identity,MessageCount",
        "\nIdentity MessageCount\n\
         -------- ------------\n\
         EX01\\3             12\n\
         EX01\\4              0\n\n",
    );
    check(
        "Get-Queue | ft Identity,Status,LastRetryTime -AutoSize",
        "\nIdentity Status LastRetryTime\n\
         -------- ------ -------------\n\
         EX01\\3   Retry  11/21/2026 5:52:36 PM\n\
         EX01\\4   Ready  11/21/2026 5:52:36 PM\n\n",
    );
    check(
        "Get-Queue | ft Identity -HideTableHeaders",
        "\nEX01\\3\nEX01\\4\n\n",
    );
}

#[test]
fn what_does_not_fit_is_cut_or_wrapped() {
    let long = "1 | select @{n='a';e={'x' * 70}},@{n='b';e={'1234567890 ' * 9}}";
    let (cut, _) = played(&format!("{long} | ft"));
    let row = cut.lines().nth(3).unwrap();
    assert_eq!(
        row,
        format!("{} {}1...", "x".repeat(70), "1234567890 ".repeat(4))
    );
    let (wrapped, _) = played(&format!("{long} | ft -Wrap"));
    assert_eq!(wrapped.matches('x').count(), 70, "{wrapped}");
    assert_eq!(wrapped.matches("1234567890").count(), 9, "{wrapped}");
    assert!(wrapped.lines().all(|line| line.len() <= 119), "{wrapped}");
}

#[test]
fn a_column_without_a_place_is_told_of() {
    let (printed, _) = played("1 | select @{n='a';e={'x' * 130}},b | ft");
    let start = "WARNING: column \"b\" does not fit into the display and was removed.\n\na\n-\n";
    assert_eq!(printed, format!("{start}{}...\n\n", "x".repeat(116)));
    let (printed, _) = played("1 | select @{n='a';e={'x' * 117}},@{n='Id';e={2836}} | ft");
    let stacked = format!(
        "\na{0}I\n {0}d\n-{0}-\n{1} 6\n\n",
        " ".repeat(117),
        "x".repeat(117)
    );
    assert_eq!(printed, stacked);
}

/// As somebody published it, of a window of 120 columns.
#[test]
fn a_long_list_breaks_where_powershell_broke_it() {
    let script = "1 | select @{n='Name';e={'Appx'}},@{n='ExportedCommands';e={'\
        {[Add-AppxPackage, Add-AppxPackage], [Add-AppxVolume, Add-AppxVolume], [Dismount-AppxVolume, \
        Dismount-AppxVolume], [Get-AppxDefaultVolume, Get-AppxDefaultVolume]...}'}} | fl";
    check(
        script,
        "\n\nName             : Appx\n\
         ExportedCommands : {[Add-AppxPackage, Add-AppxPackage], [Add-AppxVolume, Add-AppxVolume], [Dismount-AppxVolume,\n                   \
         Dismount-AppxVolume], [Get-AppxDefaultVolume, Get-AppxDefaultVolume]...}\n\n\n",
    );
}

#[test]
fn objects_that_were_selected_are_a_table_up_to_four_properties() {
    check(
        "Get-Queue | select Identity,Nothing | ft -auto",
        "\nIdentity Nothing\n-------- -------\nEX01\\3\nEX01\\4\n\n",
    );
    let (table, _) = played("Get-Queue | select Identity,Status,MessageCount,NextHopDomain");
    assert!(table.starts_with("\nIdentity "), "{table}");
    let (list, _) =
        played("Get-Queue | select Identity,Status,MessageCount,NextHopDomain,LastError");
    assert!(list.starts_with("\n\nIdentity      : EX01\\3\n"), "{list}");
}

#[test]
fn values_that_are_no_objects_are_printed_as_they_are() {
    check(
        "1; 'a'; $true; $null; ,(1,2); 2.50",
        "1\na\nTrue\n1\n2\n2.5",
    );
    check("'a`nb'; \"a`nb\"", "a`nb\na\nb");
    check(
        "@{Name='x'; Count=2}",
        "\nName                           Value\n----                           -----\n\
         Name                           x\nCount                          2\n\n",
    );
    check("(Get-ReceiveConnector)[0].ConnectionTimeout", "00:10:00");
    check("(Get-ReceiveConnector)[0].Bindings", "0.0.0.0:25\n[::]:25");
    check("Get-Queue | Out-Null", "");
}

#[test]
fn objects_of_different_kinds_each_have_their_view() {
    let (both, _) =
        played("foreach ($i in 1) { 'text'; (Get-Queue)[0]; (Get-ReceiveConnector)[0]; 'end' }");
    let found: Vec<usize> = ["text", "Identity     Status", "Bindings", "end"]
        .iter()
        .map(|part| both.find(part).unwrap_or_else(|| panic!("{part}: {both}")))
        .collect();
    assert!(found.is_sorted(), "{both}");
}

#[test]
fn what_was_formatted_is_only_printed() {
    let (kept, _) = played("$x = Get-Queue | fl Identity; $x");
    assert_eq!(kept, played("Get-Queue | fl Identity").0);
    check("Get-Queue | fl Identity | Select-String EX01", "");
    check(
        "(Get-Queue | fl Identity | Out-String -Stream | sls 'EX01.4').Line",
        "Identity : EX01\\4",
    );
}
