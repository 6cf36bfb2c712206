create or replace function utl.set_short_policy(
    policy text, book text default null, account text default null
)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $set_short_policy$
begin
    if num_nonnulls(book, account) <> 1 or policy not in ('allow', 'flag') or policy is null then
        raise exception 'a short policy is allow or flag, of a book or of an account'
        using
            errcode = '22U06',
            detail = format(
                'policy is %s, book %s, account %s.',
                coalesce(policy, 'null'), coalesce(book, 'null'), coalesce(account, 'null')
            ),
            hint = 'A fill that happened is never refused: flag lists the shorts that it leaves.';
    end if;
    update utl_private.books as b set shorts = policy
    where set_short_policy.book is not null and b.book_id = utl.book_id(set_short_policy.book);
    update utl_private.accounts as a set shorts = policy
    where
        set_short_policy.account is not null
        and a.account_id = utl.account_id(set_short_policy.account);
end
$set_short_policy$;

comment on function utl.set_short_policy(text, text, text) is
'Says what to do about short positions of a book, or in an account: allow them, or allow and flag
them in utl.flagged_shorts. 22U01: unknown book or account; 22U06: another policy, or neither or
both of book and account.';
