import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import xinheng.journal.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('parties', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ancestors', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), db_default=[], default=list, size=None)),
                ('currency', models.CharField(max_length=3)),
                ('mode', models.CharField(choices=[('none', '无授信'), ('limited', '限额'), ('unlimited', '不限额')], max_length=10)),
                ('limit_minor', models.BigIntegerField(null=True)),
                ('in_group', models.BooleanField(default=True)),
                ('halted_at', models.DateTimeField(null=True)),
                ('halt_reason', models.TextField(blank=True, db_default='', default='')),
                ('reserved_minor', models.BigIntegerField(db_default=0, default=0)),
                ('delivered_minor', models.BigIntegerField(db_default=0, default=0)),
                ('receivable_minor', models.BigIntegerField(db_default=0, default=0)),
                ('bills_minor', models.BigIntegerField(db_default=0, default=0)),
                ('deposits_minor', models.BigIntegerField(db_default=0, default=0)),
                ('changed_xid', xinheng.journal.fields.XidField()),
                ('customer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='parties.customer')),
                ('group', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='parties.group')),
                ('merged_into', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='exposure.account')),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='exposure.account')),
            ],
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('RESERVE', '占用'), ('POST', '转应收'), ('VOID', '释放'), ('EXPIRE', '到期释放'), ('UNRESERVED', '直接入账'), ('SETTLE', '清账'), ('CORRECT', '更正'), ('REVALUE', '重估'), ('MOVE', '迁移')], max_length=10)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('effective_date', models.DateField()),
                ('ship_date', models.DateField(null=True)),
                ('due_date', models.DateField(null=True)),
                ('reserved_minor', models.BigIntegerField(db_default=0, default=0)),
                ('delivered_minor', models.BigIntegerField(db_default=0, default=0)),
                ('receivable_minor', models.BigIntegerField(db_default=0, default=0)),
                ('bills_minor', models.BigIntegerField(db_default=0, default=0)),
                ('deposits_minor', models.BigIntegerField(db_default=0, default=0)),
                ('document_minor', models.BigIntegerField()),
                ('document_currency', models.CharField(max_length=3)),
                ('rate', models.DecimalField(decimal_places=10, max_digits=20)),
                ('rate_date', models.DateField(null=True)),
                ('excess_minor', models.BigIntegerField(db_default=0, default=0)),
                ('authority', models.CharField(choices=[('limit', '额度内'), ('tolerance', '容差'), ('warn', '警告放行'), ('release', '特批放行'), ('insured', '保险'), ('carried', '沿用原决定')], db_default='limit', default='limit', max_length=10)),
                ('decision_id', models.BigIntegerField(null=True)),
                ('expires_at', models.DateTimeField(null=True)),
                ('source', models.CharField(max_length=160)),
                ('key', models.CharField(max_length=160, null=True)),
                ('batch_id', models.UUIDField(null=True)),
                ('changed_xid', xinheng.journal.fields.XidField()),
                ('account', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to='exposure.account')),
                ('resolves', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='resolution', to='exposure.entry')),
                ('revalues', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='revaluations', to='exposure.entry')),
            ],
        ),
        migrations.CreateModel(
            name='Segment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('currency', models.CharField(default='CNY', max_length=3)),
            ],
        ),
        migrations.CreateModel(
            name='Standing',
            fields=[
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, serialize=False, to='exposure.account')),
                ('dunning_level', models.PositiveSmallIntegerField(db_default=0, default=0)),
                ('insured_minor', models.BigIntegerField(null=True)),
                ('insured_until', models.DateField(null=True)),
                ('review_due', models.DateField(null=True)),
                ('limit_valid_to', models.DateField(null=True)),
                ('tier', models.CharField(blank=True, db_default='', default='', max_length=4)),
                ('grade', models.CharField(blank=True, db_default='', default='', max_length=4)),
                ('payment_index', models.PositiveSmallIntegerField(null=True)),
                ('status', models.CharField(choices=[('active', '正常'), ('watch', '关注'), ('stopped', '停止授信')], db_default='active', default='active', max_length=10)),
                ('blocks', models.JSONField(db_default=[], default=list)),
                ('changed_xid', xinheng.journal.fields.XidField()),
            ],
        ),
        migrations.CreateModel(
            name='Rung',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('counter', models.CharField(max_length=10)),
                ('day', models.DateField(null=True)),
                ('open_minor', models.BigIntegerField()),
                ('account', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to='exposure.account')),
            ],
        ),
        migrations.AddField(
            model_name='account',
            name='segment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='exposure.segment'),
        ),
        migrations.CreateModel(
            name='Pending',
            fields=[
                ('entry', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, primary_key=True, serialize=False, to='exposure.entry')),
                ('reserved_minor', models.BigIntegerField()),
                ('expires_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to='exposure.account')),
            ],
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['account', 'id'], name='entry_account'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('delivered_minor', 0), _negated=True), fields=['source'], name='entry_delivered'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('revalues__isnull', False)), fields=['revalues'], name='entry_revalues'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.UniqueConstraint(condition=models.Q(('key__isnull', False)), fields=('key',), name='entry_key_once'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('authority', 'limit'), ('excess_minor', 0)), models.Q(('decision_id__isnull', False), ('excess_minor__gt', 0), models.Q(('authority', 'limit'), _negated=True)), _connector='OR'), name='entry_excess_iff_authority'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('authority', 'carried'), _negated=True), ('excess_minor', models.F('reserved_minor')), _connector='OR'), name='entry_carried_whole'),
        ),
        migrations.AddConstraint(
            model_name='entry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['POST', 'VOID', 'EXPIRE']), ('resolves__isnull', False)), models.Q(models.Q(('kind__in', ['POST', 'VOID', 'EXPIRE']), _negated=True), ('resolves__isnull', True)), _connector='OR'), name='entry_resolves_iff_second_step'),
        ),
        migrations.AddConstraint(
            model_name='rung',
            constraint=models.UniqueConstraint(fields=('account', 'counter', 'day'), name='rung_once', nulls_distinct=False),
        ),
        migrations.AddIndex(
            model_name='account',
            index=models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['merged_into'], name='account_merged_into'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.CheckConstraint(condition=models.Q(('customer__isnull', True), ('group__isnull', True), _connector='XOR'), name='account_one_node'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('limit_minor__gte', 0), ('mode', 'limited')), models.Q(models.Q(('mode', 'limited'), _negated=True), ('limit_minor__isnull', True)), _connector='OR'), name='account_limit_iff_limited'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.CheckConstraint(condition=models.Q(('reserved_minor__gte', 0)), name='account_reserved'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.UniqueConstraint(fields=('customer', 'segment'), name='account_customer_segment'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.UniqueConstraint(fields=('group', 'segment'), name='account_group_segment'),
        ),
        migrations.AddIndex(
            model_name='pending',
            index=models.Index(fields=['account', 'expires_at'], name='pending_account'),
        ),
        migrations.AddIndex(
            model_name='pending',
            index=models.Index(condition=models.Q(('expires_at__isnull', False)), fields=['expires_at'], name='pending_overdue'),
        ),
    ]
