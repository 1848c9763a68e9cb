import django.db.models.deletion
import django.db.models.functions.datetime
import xinheng.journal.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('exposure', '0002_trigger'),
        ('parties', '0001_initial'),
        ('scoring', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='InForce',
            fields=[
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='exposure.account')),
                ('grant_id', models.BigIntegerField()),
                ('mode', models.CharField(max_length=10)),
                ('limit_minor', models.BigIntegerField(null=True)),
                ('in_group', models.BooleanField()),
                ('valid_to', models.DateField(null=True)),
                ('former_mode', models.CharField(max_length=10)),
                ('former_limit_minor', models.BigIntegerField(null=True)),
                ('former_in_group', models.BooleanField()),
            ],
        ),
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('as_of', models.DateField()),
                ('tier', models.CharField(max_length=4)),
                ('currency', models.CharField(max_length=3)),
                ('limit_current_minor', models.BigIntegerField(null=True)),
                ('limit_proposed_minor', models.BigIntegerField()),
                ('binding', models.CharField(max_length=40)),
                ('bounds', models.JSONField(default=dict)),
                ('terms', models.CharField(max_length=40)),
                ('terms_days', models.PositiveSmallIntegerField(null=True)),
                ('deposit_percent', models.PositiveSmallIntegerField(default=0)),
                ('review_due', models.DateField()),
                ('open_minor', models.BigIntegerField()),
                ('overdue_minor', models.BigIntegerField()),
                ('dpd_max', models.IntegerField()),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('changed_xid', xinheng.journal.fields.XidField()),
                ('assessment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, to='scoring.assessment')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='parties.customer')),
            ],
        ),
        migrations.CreateModel(
            name='Latest',
            fields=[
                ('customer', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='latest', serialize=False, to='parties.customer')),
                ('as_of', models.DateField()),
                ('grade', models.CharField(max_length=4)),
                ('score', models.DecimalField(decimal_places=2, max_digits=6, null=True)),
                ('tier', models.CharField(max_length=4)),
                ('currency', models.CharField(max_length=3)),
                ('limit_current_minor', models.BigIntegerField(null=True)),
                ('limit_proposed_minor', models.BigIntegerField()),
                ('open_minor', models.BigIntegerField()),
                ('overdue_minor', models.BigIntegerField()),
                ('dpd_max', models.IntegerField()),
                ('review_due', models.DateField()),
                ('proposal', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, to='limits.proposal')),
            ],
        ),
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mode', models.CharField(choices=[('none', '无授信'), ('limited', '限额'), ('unlimited', '不限额')], max_length=10)),
                ('amount_minor', models.BigIntegerField(null=True)),
                ('currency', models.CharField(max_length=3)),
                ('in_group', models.BooleanField(default=True)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(null=True)),
                ('terms', models.CharField(blank=True, max_length=40)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('source', models.CharField(max_length=20)),
                ('batch_id', models.UUIDField(db_index=True, null=True)),
                ('granted_by', models.CharField(max_length=160)),
                ('granted_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('changed_xid', xinheng.journal.fields.XidField()),
                ('customer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='parties.customer')),
                ('group', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='parties.group')),
                ('segment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='exposure.segment')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('customer', 'group', 'segment', 'valid_from'), name='grant_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('customer__isnull', True), ('group__isnull', True), _connector='XOR'), name='grant_one_node'), models.CheckConstraint(condition=models.Q(models.Q(('amount_minor__gte', 0), ('mode', 'limited')), models.Q(models.Q(('mode', 'limited'), _negated=True), ('amount_minor__isnull', True)), _connector='OR'), name='grant_amount_iff_limited'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='grant_ends_after_start')],
            },
        ),
        migrations.AddIndex(
            model_name='proposal',
            index=models.Index(fields=['as_of', 'tier'], name='proposal_tier'),
        ),
        migrations.AddIndex(
            model_name='proposal',
            index=models.Index(fields=['customer', '-id'], name='proposal_customer'),
        ),
        migrations.AddIndex(
            model_name='latest',
            index=models.Index(fields=['-overdue_minor', 'customer'], name='latest_overdue'),
        ),
        migrations.AddIndex(
            model_name='latest',
            index=models.Index(fields=['-open_minor', 'customer'], name='latest_open'),
        ),
        migrations.AddIndex(
            model_name='latest',
            index=models.Index(fields=['score', 'customer'], name='latest_score'),
        ),
        migrations.AddIndex(
            model_name='latest',
            index=models.Index(fields=['grade', 'customer'], name='latest_grade'),
        ),
        migrations.AddIndex(
            model_name='latest',
            index=models.Index(fields=['tier', 'customer'], name='latest_tier'),
        ),
        migrations.AddIndex(
            model_name='latest',
            index=models.Index(fields=['review_due', 'customer'], name='latest_review_due'),
        ),
    ]
